using Apex.Vpn.Benchmarks.Admission;
using Apex.Vpn.Benchmarks.Crypto;
using Apex.Vpn.Benchmarks.Handshakes;
using Apex.Vpn.Benchmarks.Herd;
using Apex.Vpn.Benchmarks.Placement;
using Apex.Vpn.Benchmarks.Probes;
using Apex.Vpn.Benchmarks.Replay;
using Apex.Vpn.Benchmarks.ReplayTime;
using Apex.Vpn.Benchmarks.Scale;
using BenchmarkDotNet.Running;

// Programs of our own, by the first argument; everything else is BenchmarkDotNet's.
Dictionary<string, Func<string[], int>> commands = new()
{
    ["admission"] = static arguments => OperatingSystem.IsLinux() ? AdmissionCommand.Run(arguments) : 2,
    ["aead"] = AeadRatios.Run,
    ["dudect"] = Dudect.Run,
    ["handshakes"] = static arguments => OperatingSystem.IsLinux() ? HandshakesCommand.Run(arguments) : 2, // sources all over 127.0.0.0/8
    ["herd"] = HerdCommand.Run,
    ["peers"] = PeersCommand.Run,
    ["place"] = PlaceCommand.Run,
    ["probes"] = static arguments => OperatingSystem.IsLinux() ? ProbesCommand.Run(arguments) : 2,
    ["replay"] = ReplayCommand.Run,
    ["replay-time"] = ReplayTimeCommand.Run,
    ["setconf"] = SetconfCommand.Run,
};
if (args is [string name, .. string[] rest] && commands.TryGetValue(name, out Func<string[], int>? command)) return command(rest);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
