using System.Text;
using Apex.Vpn.Fleet.Keys;

namespace Apex.Vpn.Fleet.Tests.Keys;

public sealed class KeyEnvelopeTests
{
    private static readonly DevelopmentKeyVault Vault = new DevelopmentKeyVault(static _ => { });

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(SecretBytes.MaxLength)]
    public async Task A_secret_comes_back_under_its_name_and_version(int length)
    {
        using var secret = SecretBytes.Generate(length);
        byte[] blob = await KeyEnvelope.SealAsync(Vault, "ca", 3, secret, default);

        using SecretBytes opened = await KeyEnvelope.OpenAsync(Vault, "ca", 3, blob, default);
        Assert.True(opened.Span.SequenceEqual(secret.Span));
        Assert.Equal(Vault.KeyId, KeyEnvelope.ReadKeyId(blob));
    }

    [Theory]
    [InlineData("cb", 3)]
    [InlineData("ca", 4)]
    [InlineData("ca2", 3)]
    public async Task No_blob_serves_in_the_place_of_another(string name, int version)
    {
        using var secret = SecretBytes.Generate(32);
        byte[] blob = await KeyEnvelope.SealAsync(Vault, "ca", 3, secret, default);

        var error = await Assert.ThrowsAsync<KeyVaultException>(async () =>
            await KeyEnvelope.OpenAsync(Vault, name, version, blob, default));
        Assert.Contains($"{name} version {version}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_shows_nothing_of_the_secret()
    {
        using var secret = new SecretBytes(Encoding.ASCII.GetBytes(new string('s', 64)));
        byte[] first = await KeyEnvelope.SealAsync(Vault, "ca", 1, secret, default);
        byte[] second = await KeyEnvelope.SealAsync(Vault, "ca", 1, secret, default);

        Assert.Equal(-1, first.AsSpan().IndexOf(secret.Span[..8]));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task No_bit_of_a_blob_can_be_changed()
    {
        using var secret = SecretBytes.Generate(8);
        byte[] blob = await KeyEnvelope.SealAsync(Vault, "ca", 1, secret, default);
        for (int bit = 0; bit < blob.Length * 8; bit++)
        {
            byte[] changed = [.. blob];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            await Assert.ThrowsAsync<KeyVaultException>(async () => await KeyEnvelope.OpenAsync(Vault, "ca", 1, changed, default));
        }
        for (int length = 0; length < blob.Length; length++)
        {
            byte[] cut = blob[..length];
            await Assert.ThrowsAsync<KeyVaultException>(async () => await KeyEnvelope.OpenAsync(Vault, "ca", 1, cut, default));
        }
    }

    [Fact]
    public async Task A_new_vault_key_wraps_again_and_leaves_the_secret_as_it_is()
    {
        using var folder = new TemporaryFolder();
        using var next = FileKeyVault.Create(folder.File("next"));
        using var secret = SecretBytes.Generate(32);
        byte[] old = await KeyEnvelope.SealAsync(Vault, "list", 7, secret, default);

        byte[] moved = await KeyEnvelope.RewrapAsync(Vault, next, old, default);

        Assert.Equal(next.KeyId, KeyEnvelope.ReadKeyId(moved));
        Assert.Equal(old[^(12 + 32 + 16)..], moved[^(12 + 32 + 16)..]);
        using SecretBytes opened = await KeyEnvelope.OpenAsync(next, "list", 7, moved, default);
        Assert.True(opened.Span.SequenceEqual(secret.Span));
        Assert.Equal(moved, await KeyEnvelope.RewrapAsync(Vault, next, moved, default)); // a second round changes nothing
    }

    [Fact]
    public async Task Another_vault_says_which_key_is_missing()
    {
        using var folder = new TemporaryFolder();
        using var other = FileKeyVault.Create(folder.File("key"));
        using var secret = SecretBytes.Generate(32);
        byte[] blob = await KeyEnvelope.SealAsync(Vault, "ca", 1, secret, default);

        var error = await Assert.ThrowsAsync<KeyVaultException>(async () => await KeyEnvelope.OpenAsync(other, "ca", 1, blob, default));
        Assert.Contains(Vault.KeyId, error.Message, StringComparison.Ordinal);
        Assert.Contains(other.KeyId, error.Message, StringComparison.Ordinal);
        using var third = FileKeyVault.Create(folder.File("third"));
        await Assert.ThrowsAsync<KeyVaultException>(async () => await KeyEnvelope.RewrapAsync(other, third, blob, default));
    }

    [Fact]
    public void Any_bytes_are_read_without_an_exception()
    {
        var random = new Random(4711);
        byte[] valid = EnvelopeLayout.Allocate("0123456789abcdef", new byte[60], 32, out _);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = i % 2 == 0 ? RandomBytes(random, random.Next(200)) : [.. valid[..random.Next(valid.Length + 1)]];
            if (bytes.Length > 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            _ = KeyEnvelope.ReadKeyId(bytes);
        }
        Assert.Null(KeyEnvelope.ReadKeyId(default));
    }

    [Fact]
    public async Task Names_are_short_and_printable()
    {
        using var secret = SecretBytes.Generate(1);
        foreach (string name in new[] { "", "a\n", "ü", new string('a', 129) })
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await KeyEnvelope.SealAsync(Vault, name, 1, secret, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await KeyEnvelope.SealAsync(Vault, "a", -1, secret, default));
    }

    [Fact]
    public void A_secret_shows_nothing_and_is_erased()
    {
        var secret = new SecretBytes("hunter22"u8);
        ReadOnlySpan<byte> place = secret.Span;
        Assert.DoesNotContain("hunter", $"{secret}", StringComparison.Ordinal);

        secret.Dispose();
        secret.Dispose();
        Assert.Equal(new byte[8], place.ToArray());
        Assert.Throws<ObjectDisposedException>(() => secret.Span.Length);
        Assert.Throws<ArgumentException>(static () => new SecretBytes(default(ReadOnlySpan<byte>)));
        Assert.Throws<ArgumentException>(static () => SecretBytes.Generate(SecretBytes.MaxLength + 1));
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
