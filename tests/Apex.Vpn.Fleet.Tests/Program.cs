using Apex.Vpn.Fleet.Tests.Storage;

// The test host does not come through here: it loads the assembly. What comes is a test that needs a process to kill, or somebody who
// wants to know how fast the stores are.
return args switch
{
    ["write", string path] => await WriteUntilKilled.RunAsync(path),
    ["measure"] => await Measurement.RunAsync(),
    _ => 2,
};
