using System.Globalization;
using System.Text.RegularExpressions;

namespace Apex.Vpn.ControlPlane.Tests;

public sealed class KeysTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task A_root_is_made_once_for_its_owner_alone()
    {
        string output = await _shell.DoAsync("keys", "root", "--out", "@root.pem");
        byte[] content = File.ReadAllBytes(_shell["root.pem"]);
        Shell.Result again = await _shell.RunAsync("keys", "root", "--out", "@root.pem");

        Assert.Matches("^[A-Za-z0-9+/]{43}=$", Shell.Value(output, "public key"));
        Assert.Matches("^SHA256:[A-Za-z0-9+/]{43}$", Shell.Value(output, "fingerprint"));
        Assert.Equal(1, again.Code);
        Assert.Contains("not overwritten", again.Error, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllBytes(_shell["root.pem"]));
        Assert.True(_shell.IsPrivate("root.pem"));
    }

    [Fact]
    public async Task A_key_shows_its_public_part_and_never_its_secret()
    {
        string made = await _shell.DoAsync("keys", "root", "--out", "@root.pem");
        string shown = await _shell.DoAsync("keys", "show", "@root.pem");
        string content = File.ReadAllLines(_shell["root.pem"])[1];
        byte[] seed = Convert.FromBase64String(content)[16..];

        Assert.Equal(Shell.Value(made, "public key"), Shell.Value(shown, "public key"));
        Assert.Equal(Shell.Value(made, "fingerprint"), Shell.Value(shown, "fingerprint"));
        foreach (string secret in new[] { Convert.ToBase64String(seed), Convert.ToHexStringLower(seed), content })
            Assert.DoesNotContain(secret, made + shown, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_online_key_is_made_when_it_is_missing_and_kept_when_it_is_not()
    {
        await _shell.DoAsync("keys", "root", "--out", "@root.pem");
        string first = await _shell.CertifyAsync("online");
        string second = await _shell.CertifyAsync(
            "online", "--days", "7", "--for", "status,notices", "--from", "2026-12-01T00:00:00Z", "--generation", "2");

        Assert.Equal(Shell.Value(first, "online key"), Shell.Value(second, "online key"));
        Assert.Equal("list, status, profiles, notices", Shell.Value(first, "may sign"));
        Assert.Equal(TimeSpan.FromDays(90), Time(first, "until") - Time(first, "from"));
        Assert.Equal("status, notices", Shell.Value(second, "may sign"));
        Assert.Equal(
            ("2026-12-01T00:00:00Z", "2026-12-08T00:00:00Z", "2"),
            (Shell.Value(second, "from"), Shell.Value(second, "until"), Shell.Value(second, "generation")));
        Assert.Equal(second, await _shell.DoAsync("keys", "show", "@online.apxc"));
        Assert.True(_shell.IsPrivate("online.pem"));
    }

    [Fact]
    public async Task Several_roots_certify_together()
    {
        foreach (string root in new[] { "@a.pem", "@b.pem" }) await _shell.DoAsync("keys", "root", "--out", root);

        string[] certify = ["keys", "certify", "--root", "@a.pem", "--online", "@online.pem"];
        string output = await _shell.DoAsync([.. certify, "--root", "@b.pem", "--out", "@online.apxc"]);
        Shell.Result twice = await _shell.RunAsync([.. certify, "--root", "@a.pem", "--out", "@twice.apxc"]);

        Assert.Equal("2", Shell.Value(output, "root signatures"));
        Assert.Equal(1, twice.Code);
        Assert.False(File.Exists(_shell["twice.apxc"]));
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_with_a_code_that_says_whose_fault_it_is()
    {
        await _shell.DoAsync("keys", "root", "--out", "@root.pem");
        File.WriteAllText(_shell["text"], "hello");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_shell["text"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string[] certify = ["keys", "certify", "--root", "@root.pem", "--online", "@online.pem", "--out", "@out"];

        Assert.Equal(2, (await _shell.RunAsync()).Code);
        Assert.Equal(2, (await _shell.RunAsync("keys")).Code);
        Assert.Equal(2, (await _shell.RunAsync("keys", "root")).Code);
        Assert.Equal(2, (await _shell.RunAsync("nonsense")).Code);
        Assert.Equal(2, (await _shell.RunAsync([.. certify, "--days", "0"])).Code);
        Assert.Equal(2, (await _shell.RunAsync([.. certify, "--days", "many"])).Code);
        Assert.Equal(2, (await _shell.RunAsync([.. certify, "--for", "list,everything"])).Code);
        Assert.Equal(1, (await _shell.RunAsync("keys", "show", "@missing")).Code);
        Assert.Equal(1, (await _shell.RunAsync("keys", "show", "@text")).Code);
        Assert.Equal(1, (await _shell.RunAsync("keys", "root", "--out", "@missing/root.pem")).Code);
        Assert.Equal(1, (await _shell.RunAsync([.. certify, "--root", "@text"])).Code);
        Assert.Contains("keys certify --help", (await _shell.RunAsync([.. certify, "--days", "0"])).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_shell["online.pem"]));
    }

    [Fact]
    public async Task A_key_that_others_can_read_is_refused()
    {
        if (OperatingSystem.IsWindows()) return;
        await _shell.DoAsync("keys", "root", "--out", "@root.pem");
        File.SetUnixFileMode(_shell["root.pem"], UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Shell.Result result = await _shell.RunAsync("keys", "show", "@root.pem");

        Assert.Equal(1, result.Code);
        Assert.Contains("chmod 600", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keys")]
    [InlineData("keys", "root")]
    [InlineData("keys", "certify")]
    [InlineData("keys", "show")]
    [InlineData("list")]
    [InlineData("list", "sign")]
    [InlineData("list", "verify")]
    [InlineData("list", "show")]
    public async Task Every_command_has_its_help(params string[] command)
    {
        string help = await _shell.DoAsync([.. command, "--help"]);

        Assert.Contains("Usage:", help, StringComparison.Ordinal);
        // Every option and argument is described.
        Assert.DoesNotMatch(new Regex(@"^  (--?[a-z-]+|<[A-Z]+>)( <[A-Za-z|]+>)?( \(REQUIRED\))?\s*$", RegexOptions.Multiline), help);
    }

    private static DateTimeOffset Time(string output, string name) =>
        DateTimeOffset.Parse(Shell.Value(output, name), CultureInfo.InvariantCulture);
}
