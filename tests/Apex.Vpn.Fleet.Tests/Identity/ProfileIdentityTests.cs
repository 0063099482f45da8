using Apex.Vpn.Fleet.Identity;
using Apex.Vpn.Fleet.Keys;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Tests.Identity;

public sealed class ProfileIdentityTests : IDisposable
{
    private static readonly Guid Node = new("3f2504e0-4f89-41d3-9a0c-0305e82c3301");
    private static readonly TimeSpan TwoYears = TimeSpan.FromDays(730);

    private readonly ProfileIdentity _identity = ProfileIdentity.Create("se-sto", 1, TestFleet.Now, TwoYears);
    private readonly EnrolmentKeys _keys = new();

    [Fact]
    public void The_city_key_reaches_the_node_that_it_is_sealed_for()
    {
        byte[] box = Seal();

        Assert.True(ProfileIdentity.TryOpen(_keys, Node, "se-sto", 1, box, out PrivateKey? key));
        using (key) Assert.Equal(_identity.PublicKey, key.DerivePublicKey());
    }

    [Fact]
    public void Another_node_boot_city_or_version_opens_nothing()
    {
        byte[] box = Seal();
        using var other = new EnrolmentKeys();

        Assert.False(ProfileIdentity.TryOpen(other, Node, "se-sto", 1, box, out _));
        Assert.False(ProfileIdentity.TryOpen(_keys, Guid.NewGuid(), "se-sto", 1, box, out _));
        Assert.False(ProfileIdentity.TryOpen(_keys, Node, "de-ber", 1, box, out _));
        Assert.False(ProfileIdentity.TryOpen(_keys, Node, "se-sto", 2, box, out _));
        Assert.False(ProfileIdentity.TryOpen(_keys, Node, "SE|STO", 1, box, out _));
        for (int length = 0; length < box.Length; length++)
            Assert.False(ProfileIdentity.TryOpen(_keys, Node, "se-sto", 1, box.AsSpan(0, length), out _));
        for (int i = 0; i < box.Length; i++)
        {
            byte[] changed = [.. box];
            changed[i] ^= 4;
            Assert.False(ProfileIdentity.TryOpen(_keys, Node, "se-sto", 1, changed, out _));
        }
    }

    [Fact]
    public void A_revoked_key_goes_to_nobody()
    {
        _identity.Revoke(TestFleet.Now.AddDays(1));
        _identity.Revoke(TestFleet.Now.AddDays(2));
        byte[] box = new byte[ProfileIdentity.DeliverySize];
        Array.Fill(box, (byte)1);

        Assert.False(_identity.TrySealFor(Node, _keys.DeliveryKey.DerivePublicKey(), TestFleet.Now, box));
        Assert.All(box, static value => Assert.Equal(0, value));
        Assert.Equal(TestFleet.Now.AddDays(1), _identity.Revoked);
        Assert.False(_identity.IsUsable(TestFleet.Now));
    }

    [Fact]
    public void A_key_ends_and_lives_a_year_at_least()
    {
        Assert.True(_identity.IsUsable(_identity.NotAfter - TimeSpan.FromTicks(1)));
        Assert.False(_identity.IsUsable(_identity.NotAfter));
        Assert.False(
            _identity.TrySealFor(Node, _keys.DeliveryKey.DerivePublicKey(), _identity.NotAfter, new byte[ProfileIdentity.DeliverySize]));
        Assert.Throws<ArgumentOutOfRangeException>(static () => ProfileIdentity.Create("se-sto", 1, TestFleet.Now, TimeSpan.FromDays(364)));
        Assert.Throws<ArgumentException>(static () => ProfileIdentity.Create("Stockholm!", 1, TestFleet.Now, TwoYears));
    }

    [Fact]
    public async Task A_stored_key_needs_the_vault_and_its_own_city()
    {
        using var vault = new DevelopmentKeyVault(static _ => { });
        byte[] blob = await _identity.StoreAsync(vault, default);

        using ProfileIdentity loaded = await ProfileIdentity.LoadAsync(vault, "se-sto", 1, _identity.NotAfter, null, blob, default);

        Assert.Equal(_identity.PublicKey, loaded.PublicKey);
        await Assert.ThrowsAsync<KeyVaultException>(async () =>
            await ProfileIdentity.LoadAsync(vault, "de-ber", 1, _identity.NotAfter, null, blob, default));
        using var folder = new TemporaryFolder();
        using var other = FileKeyVault.Create(folder.File("other"));
        await Assert.ThrowsAsync<KeyVaultException>(async () =>
            await ProfileIdentity.LoadAsync(other, "se-sto", 1, _identity.NotAfter, null, blob, default));
        Assert.Equal("ProfileIdentity(hidden)", loaded.ToString());
    }

    [Fact]
    public void Nothing_is_sealed_to_a_key_that_is_none() =>
        Assert.False(_identity.TrySealFor(Node, default, TestFleet.Now, new byte[ProfileIdentity.DeliverySize]));

    public void Dispose()
    {
        _identity.Dispose();
        _keys.Dispose();
    }

    private byte[] Seal()
    {
        byte[] box = new byte[ProfileIdentity.DeliverySize];
        Assert.True(_identity.TrySealFor(Node, _keys.DeliveryKey.DerivePublicKey(), TestFleet.Now, box));
        return box;
    }
}
