using Apex.Vpn.Fuzz;

return args switch
{
    ["stress", .. string[] rest] => StressCommand.Run(new CommandLine(rest)),
    ["fuzz", .. string[] rest] => FuzzCommand.Run(new CommandLine(rest)),
    _ => FuzzCommand.Run(new CommandLine(args)),
};
