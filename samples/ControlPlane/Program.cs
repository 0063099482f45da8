using Apex.Vpn.Samples.ControlPlane;

return await ControlPlaneProgram.RunAsync(args, Console.Out, Console.Error);
