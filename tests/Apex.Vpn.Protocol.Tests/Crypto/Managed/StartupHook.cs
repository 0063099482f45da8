using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Tests.Crypto;
using Apex.Vpn.Protocol.Tests.Crypto.Managed;

#pragma warning disable CA1050 // the runtime looks for this name, outside of any namespace

/// <summary>What <c>DOTNET_STARTUP_HOOKS</c> calls before Main: the program of the processes that KernelListing starts.</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        foreach (AeadProvider provider in Providers.Each)
        {
            Console.WriteLine($"{provider.Name} {(AeadSelfTest.Passes(provider) ? "passes" : "fails")}");
        }
        if (LeakyKernels.Run() == 0) Environment.Exit(1); // the sum is used, or nothing would be computed
        Environment.Exit(0);
    }
}
