using System.Text;
using Apex.Vpn.Fleet.Accounts;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Fleet.Tests.Accounts;

public sealed class DeviceImportTests
{
    [Fact]
    public void Devices_come_with_their_keys_and_addresses()
    {
        using PrivateKey server = PrivateKey.Generate(), first = PrivateKey.Generate(), second = PrivateKey.Generate();
        string text = Interface(server) + Peer(first, "10.0.0.2/32, fd00::2/128") + Peer(second, "10.0.0.3");

        DeviceImport import = DeviceImport.Read(text);

        Assert.Equal(server.DerivePublicKey(), import.Server);
        Assert.Collection(
            import.Devices,
            device =>
            {
                Assert.Equal((1, first.DerivePublicKey()), (device.Number, device.PublicKey));
                Assert.Equal(("10.0.0.2", "fd00::2", null), (device.V4?.ToString(), device.V6?.ToString(), device.Problem));
            },
            device => Assert.Equal(("10.0.0.3", null, null), (device.V4?.ToString(), device.V6?.ToString(), device.Problem)));
    }

    [Theory]
    [InlineData("AllowedIPs = 10.0.0.0/24", "a network")]
    [InlineData("AllowedIPs = 0.0.0.0/0", "a network")]
    [InlineData("AllowedIPs = 10.0.0.9/32, 10.0.0.10/32", "several addresses")]
    [InlineData("", "no address")]
    [InlineData("AllowedIPs = 10.0.0.2/32", "another peer")]
    [InlineData("AllowedIPs = 10.0.0.9/32\nPresharedKey = TWFkZSB1cCBieSBhIHRlc3QgYW5kIHVzZWQgbm93aGU=", "preshared key")]
    public void What_cannot_be_taken_over_says_why(string rest, string says)
    {
        using PrivateKey server = PrivateKey.Generate(), first = PrivateKey.Generate(), second = PrivateKey.Generate();
        string text = Interface(server) + Peer(first, "10.0.0.2/32")
            + $"[Peer]\nPublicKey = {second.DerivePublicKey().ToBase64()}\n{rest}\n";

        DeviceImport import = DeviceImport.Read(text);

        Assert.Null(import.Devices[0].Problem);
        Assert.Contains(says, import.Devices[1].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_secret_is_left_in_what_comes_out()
    {
        using PrivateKey server = PrivateKey.Generate(), device = PrivateKey.Generate();
        char[] secret = new char[44];
        server.WriteBase64(secret);
        DeviceImport import = DeviceImport.Read(Interface(server) + Peer(device, "10.0.0.2"));

        Type[] types =
        [
            .. new[] { typeof(DeviceImport), typeof(ImportedDevice) }.SelectMany(static type => type.GetProperties())
                .Select(static property => property.PropertyType),
        ];
        Assert.DoesNotContain(types, static type => type.IsAssignableTo(typeof(SecretKey)));
        Assert.DoesNotContain(new string(secret), $"{import} {import.Devices[0]}", StringComparison.Ordinal);
        var error = Assert.Throws<ConfigurationException>(() => DeviceImport.Read(Interface(server) + "[Peer]\nPublicKey = x\n"));
        Assert.DoesNotContain(new string(secret), error.ToString(), StringComparison.Ordinal);
    }

    private static string Interface(PrivateKey key)
    {
        char[] text = new char[44];
        key.WriteBase64(text);
        return new StringBuilder("[Interface]\nPrivateKey = ").Append(text).Append("\nListenPort = 51820\n").ToString();
    }

    private static string Peer(PrivateKey key, string addresses) =>
        $"[Peer]\nPublicKey = {key.DerivePublicKey().ToBase64()}\nAllowedIPs = {addresses}\n";
}
