using Apex.Vpn.Fleet.Keys;

namespace Apex.Vpn.Fleet.Tests.Keys;

public sealed class KeyVaultTests
{
    [Fact]
    public async Task A_key_file_is_made_once_and_read_again()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("vault.key");
        using var made = FileKeyVault.Create(path);
        byte[] dataKey = [.. Enumerable.Range(0, 32).Select(static i => (byte)i)], unwrapped = new byte[32];
        byte[] wrapped = await made.WrapAsync(dataKey, default);

        using var read = FileKeyVault.Load(path);

        Assert.Equal(made.KeyId, read.KeyId);
        Assert.False(read.IsForDevelopment);
        Assert.True(await read.TryUnwrapAsync(wrapped, unwrapped, default));
        Assert.Equal(dataKey, unwrapped);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_key_file_is_never_overwritten()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("vault.key");
        FileKeyVault.Create(path).Dispose();
        string before = File.ReadAllText(path);

        var error = Assert.Throws<KeyVaultException>(() => FileKeyVault.Create(path));

        Assert.Contains("never overwritten", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(path));
        Assert.Throws<KeyVaultException>(() => FileKeyVault.Create(folder.File("no/such/folder")));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, "0640")]
    [InlineData(UnixFileMode.OtherRead, "0604")]
    [InlineData(UnixFileMode.GroupWrite, "0620")]
    [InlineData(UnixFileMode.OtherExecute, "0601")]
    public void A_key_file_that_others_may_use_is_refused(UnixFileMode extra, string octal)
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TemporaryFolder();
        string path = folder.File("vault.key");
        FileKeyVault.Create(path).Dispose();
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | extra);

        var error = Assert.Throws<KeyVaultException>(() => FileKeyVault.Load(path));

        Assert.Contains($"mode {octal}", error.Message, StringComparison.Ordinal);
        Assert.Contains("chmod 600", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    [InlineData("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2V=x")]
    [InlineData("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0")]
    public void A_file_that_holds_no_key_is_refused_and_not_repeated(string content)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("vault.key");
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var error = Assert.Throws<KeyVaultException>(() => FileKeyVault.Load(path));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        if (content.Length > 8) Assert.DoesNotContain(content[..8], error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_huge_one_are_said_so()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("cannot be read", Assert.Throws<KeyVaultException>(() =>
            FileKeyVault.Load(folder.File("none"))).Message, StringComparison.Ordinal);
        string path = folder.File("huge");
        File.WriteAllText(path, new string('A', 1_000_000));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead);
        Assert.Contains("is no vault key", Assert.Throws<KeyVaultException>(() =>
            FileKeyVault.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_from_the_environment_is_taken_out_of_it()
    {
        string variable = "APEX_TEST_VAULT_" + Guid.NewGuid().ToString("N");
        Environment.SetEnvironmentVariable(variable, Convert.ToBase64String(new byte[32]));

        using (var vault = EnvironmentKeyVault.Load(variable)) Assert.False(vault.IsForDevelopment);

        Assert.Null(Environment.GetEnvironmentVariable(variable));
        Assert.Contains(variable, Assert.Throws<KeyVaultException>(() =>
            EnvironmentKeyVault.Load(variable)).Message, StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(variable, "hunter22");
        var error = Assert.Throws<KeyVaultException>(() => EnvironmentKeyVault.Load(variable));
        Assert.DoesNotContain("hunter22", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_vault_for_development_announces_itself()
    {
        var said = new List<string>();
        using var vault = new DevelopmentKeyVault(said.Add);

        Assert.True(vault.IsForDevelopment);
        Assert.Contains("DEVELOPMENT", Assert.Single(said), StringComparison.Ordinal);
        Assert.Equal(vault.KeyId, new DevelopmentKeyVault(static _ => { }).KeyId);
    }

    [Fact]
    public async Task Nothing_but_its_own_is_unwrapped()
    {
        using var vault = new DevelopmentKeyVault(static _ => { });
        byte[] wrapped = await vault.WrapAsync(new byte[32], default), dataKey = new byte[32];
        var random = new Random(815);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = new byte[random.Next(100)];
            random.NextBytes(bytes);
            Assert.False(await vault.TryUnwrapAsync(bytes, dataKey, default));
        }
        for (int i = 0; i < wrapped.Length; i++)
        {
            byte[] changed = [.. wrapped];
            changed[i] ^= 1;
            Assert.False(await vault.TryUnwrapAsync(changed, dataKey, default));
        }
        Assert.False(await vault.TryUnwrapAsync(wrapped, dataKey.AsMemory(1), default));
    }
}
