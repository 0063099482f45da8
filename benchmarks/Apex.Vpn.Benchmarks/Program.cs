using Apex.Vpn.Benchmarks.Crypto;
using Apex.Vpn.Benchmarks.Handshakes;
using BenchmarkDotNet.Running;

// Programs of our own, by the first argument; everything else is BenchmarkDotNet's.
var commands = new Dictionary<string, Func<string[], int>>
{
    ["aead"] = AeadRatios.Run,
    ["handshakes"] = static arguments => OperatingSystem.IsLinux() ? HandshakesCommand.Run(arguments) : 2, // sources all over 127.0.0.0/8
};
if (args.Length > 0 && commands.TryGetValue(args[0], out Func<string[], int>? command)) return command(args[1..]);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
