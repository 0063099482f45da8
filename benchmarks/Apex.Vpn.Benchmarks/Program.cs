using Apex.Vpn.Benchmarks.Scale;
using BenchmarkDotNet.Running;

// Load tests and the like by name; everything else goes to BenchmarkDotNet.
Dictionary<string, Func<string[], int>> commands = new()
{
    ["peers"] = PeersCommand.Run,
    ["setconf"] = SetconfCommand.Run,
};

if (args is [string name, .. string[] rest] && commands.TryGetValue(name, out Func<string[], int>? command)) return command(rest);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
