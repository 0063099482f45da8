using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto;

public sealed class AeadSelfTestTests
{
    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Every_provider_passes(string name) => Assert.True(AeadSelfTest.Passes(Providers.Named(name)));

    [Fact]
    public void The_framework_gives_the_known_answers_too() => Assert.True(AeadSelfTest.Passes(new FrameworkAead()));
}
