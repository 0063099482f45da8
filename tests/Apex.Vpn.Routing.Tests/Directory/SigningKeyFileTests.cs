using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Tests.Directory;

public sealed class SigningKeyFileTests : IDisposable
{
    // RFC 8410 section 10.3.
    private const string Rfc8410 = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----

        """;

    private const string Begin = "-----BEGIN PRIVATE KEY-----\n";
    private const string End = "\n-----END PRIVATE KEY-----\n";

    private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("apex-keys-");
    private readonly string _path;

    public SigningKeyFileTests() => _path = Path.Combine(_folder.FullName, "key.pem");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_key_is_read_as_it_was_written_in_the_form_of_RFC_8410()
    {
        using SigningKey key = SigningKey.Parse("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842");
        SigningKeyFile.Create(_path, key);
        using SigningKey read = SigningKeyFile.Load(_path);

        Assert.Equal(Rfc8410.ReplaceLineEndings("\n"), File.ReadAllText(_path));
        Assert.Equal(key.PublicKey, read.PublicKey);
        Assert.Equal("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1", HexOf(read.PublicKey));
    }

    [Fact]
    public void Only_its_owner_can_read_it_and_what_others_can_read_is_refused()
    {
        if (OperatingSystem.IsWindows()) return;
        using SigningKey key = SigningKey.Generate();
        SigningKeyFile.Create(_path, key);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_path));

        foreach (UnixFileMode others in new[] { UnixFileMode.GroupRead, UnixFileMode.OtherRead, UnixFileMode.OtherWrite })
        {
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | others);
            Assert.Throws<UnauthorizedAccessException>(() => SigningKeyFile.Load(_path));
        }
    }

    [Fact]
    public void A_key_that_is_there_is_not_overwritten()
    {
        using SigningKey key = SigningKey.Generate(), other = SigningKey.Generate();
        SigningKeyFile.Create(_path, key);

        Assert.Throws<IOException>(() => SigningKeyFile.Create(_path, other));
        using SigningKey read = SigningKeyFile.Load(_path);
        Assert.Equal(key.PublicKey, read.PublicKey);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n")]
    [InlineData(Begin + "MC4CAQAwBQYDK2VuBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC" + End)] // X25519
    [InlineData(Begin + "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdQ==" + End)] // too short
    public void What_is_no_such_key_is_refused_and_not_repeated(string text)
    {
        File.WriteAllText(_path, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var error = Assert.Throws<FormatException>(() => SigningKeyFile.Load(_path));
        Assert.DoesNotContain("ctv5E1hK", error.ToString(), StringComparison.Ordinal);
    }

    private static string HexOf(SignaturePublicKey key)
    {
        byte[] bytes = new byte[SignaturePublicKey.Size];
        key.CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
