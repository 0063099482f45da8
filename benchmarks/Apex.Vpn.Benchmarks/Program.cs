using Apex.Vpn.Benchmarks.Handshakes;
using BenchmarkDotNet.Running;

// Load tests and the like by name; everything else goes to BenchmarkDotNet.
Dictionary<string, Func<string[], int>> commands = new()
{
    ["handshakes"] = HandshakesCommand.Run,
};

if (args is [string name, .. string[] rest] && commands.TryGetValue(name, out Func<string[], int>? command)) return command(rest);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
