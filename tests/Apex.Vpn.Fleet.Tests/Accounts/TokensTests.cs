using Apex.Vpn.Fleet.Accounts;
using Apex.Vpn.Fleet.Keys;
using Apex.Vpn.Protocol;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Accounts;

public sealed class TokensTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2031, 5, 17, 12, 0, 0, TimeSpan.Zero);

    private readonly SecretBytes _key = SecretBytes.Generate(32), _nextKey = SecretBytes.Generate(32);

    private static AccessClaims Claims => new()
    {
        Account = new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]),
        Device = new Guid(2, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]),
        Session = new Guid(3, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]),
        Expires = Now + AccessTokens.Lifetime,
        Features = ["multihop", "streaming"],
    };

    [Fact]
    public void An_access_token_says_what_was_written_into_it()
    {
        using var tokens = new AccessTokens(_key, null);

        Assert.Equal(AccessTokenVerdict.Valid, tokens.Check(Write(tokens, Claims), Now, out AccessClaims? read));
        Assert.Equal(
            (Claims.Account, Claims.Device, Claims.Session, Claims.Expires), (read!.Account, read.Device, read.Session, read.Expires));
        Assert.Equal(Claims.Features, read.Features);
    }

    [Fact]
    public void An_access_token_is_good_for_ten_minutes()
    {
        using var tokens = new AccessTokens(_key, null);
        string text = Write(tokens, Claims);

        Assert.Equal(AccessTokenVerdict.Valid, tokens.Check(text, Now.AddMinutes(10).AddTicks(-1), out _));
        Assert.Equal(AccessTokenVerdict.Expired, tokens.Check(text, Now.AddMinutes(10), out AccessClaims? claims));
        Assert.Null(claims);
    }

    [Fact]
    public void A_change_of_keys_ends_no_token_that_lives()
    {
        using AccessTokens before = new(_key, null), during = new(_nextKey, _key), after = new(_nextKey, null);
        string old = Write(before, Claims), young = Write(during, Claims);

        Assert.Equal(AccessTokenVerdict.Valid, during.Check(old, Now, out _));
        Assert.Equal(AccessTokenVerdict.Valid, after.Check(young, Now, out _));
        Assert.Equal(AccessTokenVerdict.Forged, after.Check(old, Now, out _));
        Assert.Equal(AccessTokenVerdict.Forged, before.Check(young, Now, out _));
    }

    [Fact]
    public void No_symbol_of_an_access_token_can_be_changed()
    {
        using var tokens = new AccessTokens(_key, null);
        string text = Write(tokens, Claims);
        for (int i = 0; i < text.Length; i++)
        {
            foreach (char symbol in "A_9z=.")
            {
                if (symbol == text[i]) continue;
                Assert.NotEqual(AccessTokenVerdict.Valid, tokens.Check(text[..i] + symbol + text[(i + 1)..], Now, out _));
            }
            Assert.NotEqual(AccessTokenVerdict.Valid, tokens.Check(text.AsSpan(0, i), Now, out _));
        }
        Assert.NotEqual(AccessTokenVerdict.Valid, tokens.Check(text + "A", Now, out _));
    }

    [Fact]
    public void The_longest_token_fits_and_more_is_refused()
    {
        using var tokens = new AccessTokens(_key, null);
        string[] features = [.. Enumerable.Range(0, 16).Select(static i => new string((char)('a' + i), 32))];
        string text = Write(tokens, With(features));

        Assert.Equal(AccessTokenVerdict.Valid, tokens.Check(text, Now, out AccessClaims? read));
        Assert.Equal(features, read!.Features);
        Assert.InRange(text.Length, 800, AccessTokens.MaxTextLength);
        Assert.Throws<ArgumentException>(() => Write(tokens, With([.. features, "x"])));
        Assert.Throws<ArgumentException>(() => Write(tokens, With(["Ä"])));
        Assert.Equal(AccessTokenVerdict.Malformed, tokens.Check(new string('A', 100_000), Now, out _));
    }

    [Property(MaxTest = 2000)]
    public bool Any_text_is_checked_without_an_exception(string? text)
    {
        using AccessTokens access = new(_key, null);
        using RefreshTokens refresh = new(_key);
        return access.Check(text, Now, out _) != AccessTokenVerdict.Valid && !refresh.TryRead(text, out _);
    }

    [Fact]
    public void Random_base64_is_checked_without_an_exception()
    {
        using AccessTokens access = new(_key, null);
        using RefreshTokens refresh = new(_key);
        var random = new Random(21);
        for (int i = 0; i < 5000; i++)
        {
            byte[] bytes = new byte[random.Next(700)];
            random.NextBytes(bytes);
            if (bytes.Length > 0) bytes[0] = 1;
            string text = System.Buffers.Text.Base64Url.EncodeToString(bytes);
            Assert.NotEqual(AccessTokenVerdict.Valid, access.Check(text, Now, out _));
            Assert.False(refresh.TryRead(text, out _));
        }
    }

    [Fact]
    public void A_refresh_token_is_read_as_it_was_written_and_only_so()
    {
        using RefreshTokens tokens = new(_key), other = new(_nextKey);
        var claim = new RefreshClaim(Guid.NewGuid(), 7);
        string text = Write(tokens, claim);

        Assert.Equal(RefreshTokens.TextLength, text.Length);
        Assert.Equal(text, Write(tokens, claim)); // an answer that got lost can be given again
        Assert.True(tokens.TryRead(text, out RefreshClaim read));
        Assert.Equal(claim, read);
        Assert.False(other.TryRead(text, out _));
        for (int i = 0; i < text.Length; i++)
        {
            Assert.False(tokens.TryRead(text[..i] + (text[i] == 'B' ? 'C' : 'B') + text[(i + 1)..], out _));
            Assert.False(tokens.TryRead(text.AsSpan(0, i), out _));
        }
    }

    [Fact]
    public void A_device_proves_its_tunnel_key_for_one_token_and_one_challenge()
    {
        using PrivateKey verifier = PrivateKey.Generate(), device = PrivateKey.Generate(), thief = PrivateKey.Generate();
        using var proofs = new DeviceProofs(verifier);
        byte[] refresh = new byte[KeyProof.Size], registration = new byte[KeyProof.Size], stolen = new byte[KeyProof.Size];
        Assert.True(DeviceProofs.TryProveRefresh(device, proofs.PublicKey, "token", refresh));
        Assert.True(DeviceProofs.TryProveRegistration(device, proofs.PublicKey, "token", registration));
        Assert.True(DeviceProofs.TryProveRefresh(thief, proofs.PublicKey, "token", stolen));
        PublicKey key = device.DerivePublicKey();

        Assert.True(proofs.IsRefresh(key, "token", refresh));
        Assert.True(proofs.IsRegistration(key, "token", registration));
        Assert.False(proofs.IsRefresh(key, "token", stolen));
        Assert.False(proofs.IsRefresh(key, "another", refresh));
        Assert.False(proofs.IsRefresh(key, "token", registration)); // one purpose is not the other
        Assert.False(proofs.IsRegistration(key, "token", refresh));
        Assert.False(proofs.IsRefresh(default, "token", refresh));
        Assert.False(proofs.IsRefresh(key, "", refresh));
        Assert.False(proofs.IsRefresh(key, new string('x', 257), refresh));
        Assert.False(proofs.IsRefresh(key, "tökén", refresh));
        Assert.False(proofs.IsRefresh(key, "token", default));
    }

    [Fact]
    public void Nothing_secret_is_in_texts()
    {
        using AccessTokens access = new(_key, null);
        using RefreshTokens refresh = new(_key);
        using var verifier = PrivateKey.Generate();
        using var proofs = new DeviceProofs(verifier);
        Assert.Equal("AccessTokens(hidden) RefreshTokens(hidden) DeviceProofs(hidden)", $"{access} {refresh} {proofs}");
        using var shortKey = SecretBytes.Generate(16);
        Assert.Throws<ArgumentException>(() => new AccessTokens(shortKey, null));
        Assert.Throws<ArgumentException>(() => new AccessTokens(_key, shortKey));
        Assert.Throws<ArgumentException>(() => new RefreshTokens(shortKey));
    }

    public void Dispose()
    {
        _key.Dispose();
        _nextKey.Dispose();
    }

    private static AccessClaims With(string[] features) => new()
    {
        Account = Claims.Account,
        Device = Claims.Device,
        Session = Claims.Session,
        Expires = Claims.Expires,
        Features = features,
    };

    private static string Write(AccessTokens tokens, AccessClaims claims)
    {
        char[] text = new char[AccessTokens.MaxTextLength];
        return new string(text, 0, tokens.Write(claims, text));
    }

    private static string Write(RefreshTokens tokens, RefreshClaim claim)
    {
        char[] text = new char[RefreshTokens.TextLength];
        return new string(text, 0, tokens.Write(claim, text));
    }
}
