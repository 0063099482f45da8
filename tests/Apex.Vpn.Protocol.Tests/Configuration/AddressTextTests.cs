using System.Net;
using System.Text;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;
using FsCheck;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Configuration;

public sealed class AddressTextTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("2001:DB8::1")]
    [InlineData("::ffff:192.0.2.1")]
    [InlineData("1:2:3:4:5:6:7:8")]
    public void What_every_program_reads_the_same_is_read(string text)
    {
        Assert.True(AddressText.TryParseAddress(text, out IPAddress? address));
        Assert.Equal(IPAddress.Parse(text), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("127.1")]
    [InlineData("010.0.0.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("1.2.3.4.")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1..2.3")]
    [InlineData("1.2.3.+4")]
    [InlineData("1.2.3.1000")]
    [InlineData(" 1.2.3.4")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1::2::3")]
    [InlineData("12345::")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("::1%1")]
    [InlineData("::1/64")]
    [InlineData("::1.2.3")]
    public void What_some_programs_read_otherwise_is_refused(string text) => Assert.False(AddressText.TryParseAddress(text, out _));

    [Property(MaxTest = 1000)]
    public void An_endpoint_is_written_as_the_framework_does_and_read_as_the_same(DoNotSize<int> seed)
    {
        UdpEndpoint endpoint = new Random(seed.Item).Endpoint();
        Span<byte> text = stackalloc byte[AddressText.MaxEndpointLength];
        string written = Encoding.ASCII.GetString(text[..AddressText.WriteEndpoint(endpoint, text)]);
        Assert.Equal(endpoint.ToString(), written);
        Assert.True(AddressText.TryParseEndpoint(written, out UdpEndpoint read));
        Assert.Equal(endpoint, read);
    }

    [Property(MaxTest = 1000)]
    public void A_prefix_is_written_as_the_framework_does_and_read_as_the_same(DoNotSize<int> seed)
    {
        IPNetwork prefix = new Random(seed.Item).Prefix();
        Span<byte> text = stackalloc byte[AddressText.MaxEndpointLength];
        string written = Encoding.ASCII.GetString(text[..AddressText.WritePrefix(prefix, text)]);
        Assert.Equal(prefix.ToString(), written);
        Assert.True(AddressText.TryParsePrefix(written, lengthRequired: true, out IPAddress? address, out int length));
        Assert.Equal(prefix, new IPNetwork(address, length));
    }

    [Property(MaxTest = 2000)]
    public void No_text_is_too_strange(string? text)
    {
        if (AddressText.TryParseAddress(text, out IPAddress? address)) Assert.Equal(IPAddress.Parse(text!), address);
        Assert.Equal(AddressText.TryParseEndpoint(text, out UdpEndpoint endpoint), !endpoint.IsNone);
        AddressText.TryParsePrefix(text, lengthRequired: false, out _, out int length);
        Assert.InRange(length, 0, 128);
    }
}
