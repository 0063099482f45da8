using Apex.Vpn.Protocol.Crypto.Managed;

namespace Apex.Vpn.Protocol.Tests.Crypto.Managed;

/// <summary>
/// The vectors of this machine are switched off for a process of its own, so that the code for lesser processors runs as it would there.
/// </summary>
public sealed class LesserProcessorTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512", 256)]
    [InlineData("DOTNET_EnableAVX2", 128)]
    [InlineData("DOTNET_EnableHWIntrinsic", 128)]
    public void Without_newer_instructions_the_provider_is_narrower_and_passes(string withoutVariable, int widest)
    {
        int expected = Math.Min(widest, ManagedAead.WidestVector);
        string output = KernelListing.Run((withoutVariable, "0"));
        Assert.Contains($"managed-{expected} passes", output, StringComparison.Ordinal);
        Assert.DoesNotContain("fails", output, StringComparison.Ordinal);
    }
}
