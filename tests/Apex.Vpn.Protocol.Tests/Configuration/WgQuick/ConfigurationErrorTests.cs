using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Protocol.Tests.Configuration;

public sealed class ConfigurationErrorTests
{
    private const string Key = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
    private const string Good = $"[Interface]\nPrivateKey = {Key}\n";
    private const string GoodPeer = $"[Peer]\nPublicKey = {Key}\n";

    [Theory]
    // What is wrong with the lines
    [InlineData(Good + "Lstenport = 1", 3, 1, "unknown key in [Interface]")]
    [InlineData(Good + "PublicKey = " + Key, 3, 1, "unknown key in [Interface]")]
    [InlineData(Good + GoodPeer + "  Address = 10.0.0.1", 5, 3, "unknown key in [Peer]")]
    [InlineData(Good + "ListenPort 1", 3, 1, "neither a section")]
    [InlineData(Good + "[Peers]\nPublicKey = x", 3, 1, "unknown section")]
    [InlineData(Good + "[Peer", 3, 1, "unknown section")]
    [InlineData(Good + "[]", 3, 1, "unknown section")]
    [InlineData("ListenPort = 1\n" + Good, 1, 1, "before the first section")]
    [InlineData(Good + "ListenPort = 1\nlistenport = 1", 4, 1, "ListenPort stands here a second time")]
    [InlineData(Good + "PrivateKey = " + Key, 3, 1, "PrivateKey stands here a second time")]
    [InlineData(Good + GoodPeer + "Endpoint = a:1\nEndpoint = a:1", 6, 1, "Endpoint stands here a second time")]
    [InlineData(Good + GoodPeer + GoodPeer, 6, 13, "that of the peer on line 4")]
    // What is missing
    [InlineData("", 1, 1, "no [Interface]")]
    [InlineData("[Interface]\nListenPort = 1", 1, 1, "no PrivateKey")]
    [InlineData(Good + "\n[Peer]\nAllowedIPs = 10.0.0.0/8\n" + GoodPeer, 4, 1, "no PublicKey")]
    [InlineData(Good + "[Peer]", 3, 1, "no PublicKey")]
    [InlineData(Good + "ListenPort =", 3, 1, "ListenPort has no value")]
    [InlineData(Good + "PostUp = \t", 3, 1, "PostUp has no value")]
    [InlineData(Good + "ListenPort = # 51820", 3, 1, "ListenPort has no value")]
    // What is wrong with the values
    [InlineData("[Interface]\nPrivateKey = c2VjcmV0", 2, 14, "PrivateKey is not a key")]
    [InlineData("[Interface]\nPrivateKey = 0000000000000000000000000000000000000000000000000000000000000001", 2, 14, "not a key")]
    [InlineData("[Interface]\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBml=", 2, 14, "not a key")]
    [InlineData(Good + "ListenPort = 65536", 3, 14, "not a port")]
    [InlineData(Good + "ListenPort = -1", 3, 14, "not a port")]
    [InlineData(Good + "ListenPort = +1", 3, 14, "not a port")]
    [InlineData(Good + "ListenPort = http", 3, 14, "not a port")]
    [InlineData(Good + "FwMark = 0x", 3, 10, "not a mark")]
    [InlineData(Good + "FwMark = 0x100000000", 3, 10, "not a mark")]
    [InlineData(Good + "FwMark = ca6c", 3, 10, "not a mark")]
    [InlineData(Good + "Address = 10.0.0.1/24, 10.0.0.1/33", 3, 24, "not an address")]
    [InlineData(Good + "Address = 10.0.0", 3, 11, "not an address")]
    [InlineData(Good + "Address = 010.0.0.1", 3, 11, "not an address")]
    [InlineData(Good + "Address = fe80::1%1/64", 3, 11, "not an address")]
    [InlineData(Good + "Address = [::1]/64", 3, 11, "not an address")]
    [InlineData(Good + "Address = fd00::/129", 3, 11, "not an address")]
    [InlineData(Good + "DNS = 1.1.1.1, 1.1.1.256", 3, 16, "neither the address of a resolver")]
    [InlineData(Good + "DNS = a..b", 3, 7, "neither the address of a resolver")]
    [InlineData(Good + "MTU = 67", 3, 7, "not an MTU")]
    [InlineData(Good + "MTU = 65536", 3, 7, "not an MTU")]
    [InlineData(Good + "Table = 4294967296", 3, 9, "not a routing table")]
    [InlineData(Good + "Table = a b", 3, 9, "not a routing table")]
    [InlineData(Good + "SaveConfig = yes", 3, 14, "neither true nor false")]
    [InlineData(Good + "PostUp = a\0b", 3, 10, "no control characters")]
    [InlineData(Good + "[Peer]\nPublicKey = abc", 4, 13, "PublicKey is not a key")]
    [InlineData(Good + GoodPeer + "PresharedKey = abc=", 5, 16, "PresharedKey is not a key")]
    [InlineData(Good + GoodPeer + "AllowedIPs = 10.0.0.0/8, ,::/0", 5, 1, "not a prefix")]
    [InlineData(Good + GoodPeer + "AllowedIPs = ::/0,10.0.0.0/", 5, 19, "not a prefix")]
    [InlineData(Good + GoodPeer + "AllowedIPs = 10.0.0.0/+8", 5, 14, "not a prefix")]
    [InlineData(Good + GoodPeer + "AllowedIPs = example.com", 5, 14, "not a prefix")]
    [InlineData(Good + GoodPeer + "Endpoint = 192.0.2.1", 5, 12, "not an endpoint")]
    [InlineData(Good + GoodPeer + "Endpoint = 192.0.2.1:0", 5, 12, "not an endpoint")]
    [InlineData(Good + GoodPeer + "Endpoint = 192.0.2.1:65536", 5, 12, "not an endpoint")]
    [InlineData(Good + GoodPeer + "Endpoint = 192.0.2.256:1", 5, 12, "not an endpoint")]
    [InlineData(Good + GoodPeer + "Endpoint = ::1:1", 5, 12, "not an endpoint")]
    [InlineData(Good + GoodPeer + "Endpoint = [::1]", 5, 12, "not an endpoint")]
    [InlineData(Good + GoodPeer + "Endpoint = [192.0.2.1]:1", 5, 12, "not an endpoint")]
    [InlineData(Good + GoodPeer + "Endpoint = [vpn.example]:1", 5, 12, "not an endpoint")]
    [InlineData(Good + GoodPeer + "Endpoint = a b:1", 5, 12, "not an endpoint")]
    [InlineData(Good + GoodPeer + "Endpoint = :1", 5, 12, "not an endpoint")]
    [InlineData(Good + GoodPeer + "PersistentKeepalive = 65536", 5, 23, "not an interval")]
    [InlineData(Good + GoodPeer + "PersistentKeepalive = on", 5, 23, "not an interval")]
    public void An_error_has_its_line_column_and_reason(string text, int line, int column, string reason)
    {
        Assert.False(WireGuardConfiguration.TryParse(text, out WireGuardConfiguration? configuration, out var errors));
        Assert.Null(configuration);
        ConfigurationError error = Assert.Single(errors);
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_reported_at_once_and_in_order()
    {
        const string Text = "[Interface]\nListenPort = x\nWhat = 1\n[Peer]\nEndpoint = y\n[Peer]\nPublicKey = z\n";
        Assert.False(WireGuardConfiguration.TryParse(Text, out _, out var errors));
        Assert.Equal([1, 2, 3, 4, 5, 7], errors.Select(error => error.Line));
    }

    [Fact]
    public void The_list_of_errors_has_an_end()
    {
        string text = string.Concat(Enumerable.Repeat("no sense\n", 10_000));
        Assert.False(WireGuardConfiguration.TryParse(text, out _, out var errors));
        Assert.Equal(100, errors.Count);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("{0} = 1")]
    [InlineData("[{0}]")]
    [InlineData("PrivateKey = {0}")]
    [InlineData("PrivateKey = ={0}")]
    [InlineData("ListenPort = {0}")]
    [InlineData("FwMark = {0}")]
    [InlineData("Address = {0}")]
    [InlineData("DNS = {0}/")]
    [InlineData("MTU = {0}")]
    [InlineData("Table = {0}/")]
    [InlineData("SaveConfig = {0}")]
    [InlineData("PostUp = {0}\0")]
    [InlineData("[Peer]\nPublicKey = {0}")]
    [InlineData("[Peer]\nPresharedKey = {0}")]
    [InlineData("[Peer]\nAllowedIPs = {0}")]
    [InlineData("[Peer]\nEndpoint = {0}")]
    [InlineData("[Peer]\nPersistentKeepalive = {0}")]
    public void No_reason_and_no_exception_repeats_what_stands_in_the_text(string line)
    {
        const string Secret = "S3cr3tS3cr3tS3cr3t";
        string text = "[Interface]\n" + string.Format(null, line, Secret);
        Assert.False(WireGuardConfiguration.TryParse(text, out _, out var errors));
        Assert.All(errors, error => Assert.DoesNotContain(Secret, error.ToString(), StringComparison.OrdinalIgnoreCase));
        var exception = Assert.Throws<ConfigurationException>(() => WireGuardConfiguration.Parse(text));
        Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(errors, exception.Errors);
        Assert.All(errors, error => Assert.Contains(error.ToString(), exception.Message, StringComparison.Ordinal));
    }
}
