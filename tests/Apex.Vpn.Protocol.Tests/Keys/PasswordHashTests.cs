using System.Runtime.InteropServices;
using System.Text;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Keys;

public sealed partial class PasswordHashTests
{
    private static readonly PasswordHashParameters Cheap = new(memoryKiB: 64, passes: 1);

    [Fact]
    public void A_password_is_recognized_and_another_is_not()
    {
        string hash = PasswordHash.Create("correct horse", Cheap);

        Assert.StartsWith("$argon2id$v=19$m=64,t=1,p=1$", hash, StringComparison.Ordinal);
        Assert.True(PasswordHash.Verify("correct horse", hash));
        Assert.False(PasswordHash.Verify("correct hors", hash));
        Assert.False(PasswordHash.Verify("", hash));
        Assert.NotEqual(hash, PasswordHash.Create("correct horse", Cheap));
    }

    [Fact]
    public void The_default_costs_what_OWASP_asks_for()
    {
        string hash = PasswordHash.Create("correct horse", PasswordHashParameters.Default);

        Assert.StartsWith("$argon2id$v=19$m=19456,t=2,p=1$", hash, StringComparison.Ordinal);
        Assert.True(PasswordHash.TryReadParameters(hash, out PasswordHashParameters? parameters));
        Assert.True(PasswordHashParameters.Default.Matches(parameters));
        Assert.False(Cheap.Matches(parameters));
    }

    // Two implementations of the text form: ours, and libsodium's own.
    [Fact]
    public void Libsodium_reads_ours()
    {
        byte[] hash = Terminated(PasswordHash.Create("pässword", Cheap));
        byte[] right = Encoding.UTF8.GetBytes("pässword"), wrong = "password"u8.ToArray();

        Assert.Equal(0, crypto_pwhash_str_verify(hash, right, (ulong)right.Length));
        Assert.NotEqual(0, crypto_pwhash_str_verify(hash, wrong, (ulong)wrong.Length));
    }

    [Fact]
    public void Libsodiums_is_read_by_us()
    {
        byte[] text = new byte[128], password = "pass"u8.ToArray();
        Assert.Equal(0, crypto_pwhash_str(text, password, (ulong)password.Length, 1, 65536));
        string hash = Encoding.ASCII.GetString(text).TrimEnd('\0');

        Assert.True(PasswordHash.Verify("pass", hash), hash);
        Assert.False(PasswordHash.Verify("word", hash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$argon2id$v=19$m=64,t=1,p=1$")]
    [InlineData("$argon2i$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=999999999,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=64,t=17,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=064,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=4,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=64,t=1,p=2$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAA!$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void What_is_no_hash_is_nobodys(string text)
    {
        Assert.False(PasswordHash.Verify("", text));
        Assert.False(PasswordHash.TryReadParameters(text, out _));
    }

    [Property(MaxTest = 500)]
    public bool Any_text_is_refused_without_an_exception(string? tail) =>
        !PasswordHash.Verify("x", tail) && !PasswordHash.Verify("x", "$argon2id$v=19$m=" + tail);

    [Fact]
    public void A_password_has_a_longest_length()
    {
        string longest = new('x', PasswordHash.MaxPasswordBytes);
        string hash = PasswordHash.Create(longest, Cheap);

        Assert.True(PasswordHash.Verify(longest, hash));
        Assert.False(PasswordHash.Verify(longest + "x", hash));
        ArgumentException error = Assert.Throws<ArgumentException>(() => PasswordHash.Create(longest + "x", Cheap));
        Assert.DoesNotContain("xxxx", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Costs_have_their_ranges()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PasswordHashParameters(7, 1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PasswordHashParameters(262_145, 1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PasswordHashParameters(64, 0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PasswordHashParameters(64, 17));
    }

    private static byte[] Terminated(string text) => [.. Encoding.ASCII.GetBytes(text), 0];

    [LibraryImport("libsodium")]
    private static partial int crypto_pwhash_str_verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> password, ulong length);

    [LibraryImport("libsodium")]
    private static partial int crypto_pwhash_str(Span<byte> hash, ReadOnlySpan<byte> password, ulong length, ulong passes, nuint memory);
}
