namespace Apex.Vpn.Netns.Tests;

public sealed class PeerTests
{
    [Theory]
    [InlineData("0.0.20231211-1~bpo12+1", true)]
    [InlineData("0.0.20231211", true)]
    [InlineData("0.0.20250522-1", true)]
    [InlineData("0.1.0-1", true)]
    [InlineData("0.0.20230223-1+b6", false)]
    [InlineData("0.0.20220316-1", false)]
    [InlineData("", false)]
    [InlineData("unknown", false)]
    public void Only_a_version_that_is_worth_a_comparison_is_taken(string version, bool taken) =>
        Assert.Equal(taken, Peer.IsNewEnough(version));
}
