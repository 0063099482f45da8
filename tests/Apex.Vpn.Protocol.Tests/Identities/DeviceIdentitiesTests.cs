using System.Net;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Identities;

/// <summary>Identities as an application changes them.</summary>
public sealed class DeviceIdentitiesTests
{
    [Fact]
    public async Task They_are_added_listed_and_retired_at_run_time()
    {
        using var network = new InMemoryNetwork();
        await using var device = new WireGuardDevice(new InMemoryTun(), network.AddHost(IPAddress.Parse("192.0.2.1")));
        using PrivateKey primary = PrivateKey.Generate(), other = PrivateKey.Generate(), none = new(new byte[SecretKey.Size]);
        await device.ApplyAsync(new DeviceUpdate { PrivateKey = primary });
        Assert.Equal(other.DerivePublicKey(), device.Identities.Add(other));
        Assert.Equal([other.DerivePublicKey(), primary.DerivePublicKey()], device.Identities.List());
        Assert.Equal(primary.DerivePublicKey(), (await device.GetStatusAsync()).PublicKey);

        Assert.Throws<ArgumentException>(() => device.Identities.Add(none));
        for (int i = 2; i < DeviceIdentities.MaxCount; i++) device.Identities.Add(PrivateKey.Generate());
        Assert.Throws<InvalidOperationException>(() => device.Identities.Add(PrivateKey.Generate()));

        Assert.True(device.Identities.Retire(other.DerivePublicKey()));
        Assert.False(device.Identities.Retire(other.DerivePublicKey()));
        Assert.Equal(DeviceIdentities.MaxCount - 1, device.Identities.List().Count);
        await device.DisposeAsync();
        Assert.Empty(device.Identities.List());
        Assert.Throws<ObjectDisposedException>(() => device.Identities.Add(other));
    }
}
