using Apex.Vpn.Samples.ControlPlane;

namespace Apex.Vpn.ControlPlane.Tests;

public sealed class ListTests : IAsyncLifetime, IDisposable
{
    private readonly Shell _shell = new();
    private string _root = "";

    public async Task InitializeAsync()
    {
        _root = Shell.Value(await _shell.DoAsync("keys", "root", "--out", "@root.pem"), "public key");
        await _shell.CertifyAsync("online");
        Write("servers.json", Servers());
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task A_list_is_signed_verified_and_shown()
    {
        string signed = await SignAsync("servers.json");
        string verified = await _shell.DoAsync("list", "verify", "@servers.apxl", "--root", _root);
        string shown = await _shell.DoAsync("list", "show", "@servers.apxl");

        Assert.Equal(("12", "2"), (Shell.Value(signed, "version"), Shell.Value(signed, "servers")));
        Assert.Equal(
            new FileInfo(_shell["servers.apxl"]).Length.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Shell.Value(signed, "bytes"));
        Assert.Equal(
            ("good", "12", "0"),
            (Shell.Value(verified, "signature"), Shell.Value(verified, "version"), Shell.Value(verified, "skipped entries")));
        Assert.Equal(Shell.Value(signed, "digest"), Shell.Value(shown, "digest"));
        Assert.Contains("0\tnl-ams-01\tAmsterdam, NL\tExample Hosting\t10000\tIPv6, RamOnly\t1\t2027-02-01", shown, StringComparison.Ordinal);
        Assert.Contains("nl-ams-01\tWireGuardUdp\t[2001:db8::1]:51820", shown, StringComparison.Ordinal);
        Assert.Contains("1\tse-sto-01\tStockholm, SE\t\t5000\tNone\t1\t2027-02-01", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_list_or_another_root_is_not_to_be_trusted()
    {
        await SignAsync("servers.json");
        byte[] file = File.ReadAllBytes(_shell["servers.apxl"]);
        file[^70] ^= 1;
        File.WriteAllBytes(_shell["damaged.apxl"], file);
        string other = Shell.Value(await _shell.DoAsync("keys", "root", "--out", "@other.pem"), "public key");

        await AssertFailsAsync("its signature is wrong", "list", "verify", "@damaged.apxl", "--root", _root);
        await AssertFailsAsync("not certified by the roots", "list", "verify", "@servers.apxl", "--root", other);
        await AssertFailsAsync("not certified by the roots", "list", "verify", "@servers.apxl", "--root", other, "--root", _root);
        await AssertFailsAsync("another kind of file", "list", "verify", "@online.apxc", "--root", _root);
        await AssertFailsAsync("another kind of file", "list", "show", "@root.pem");
        await AssertFailsAsync("its signature is wrong", "list", "show", "@damaged.apxl");
        Assert.Contains(
            "signature: good",
            await _shell.DoAsync("list", "verify", "@servers.apxl", "--root", other, "--root", _root, "--threshold", "1"),
            StringComparison.Ordinal);
        Assert.Equal(2, (await _shell.RunAsync("list", "verify", "@servers.apxl")).Code);
        Assert.Equal(2, (await _shell.RunAsync("list", "verify", "@servers.apxl", "--root", "nonsense")).Code);
        await AssertFailsAsync("1 to 1", "list", "verify", "@servers.apxl", "--root", _root, "--threshold", "2");
    }

    [Fact]
    public async Task An_expired_list_says_so()
    {
        await _shell.CertifyAsync("online", "--from", "2020-01-01T00:00:00Z");
        Write("servers.json", Servers(more: """ "issued": "2020-01-02T00:00:00Z", "expires": "2020-01-03T00:00:00Z", """));
        await SignAsync("servers.json");

        await AssertFailsAsync("expired", "list", "verify", "@servers.apxl", "--root", _root);
    }

    [Fact]
    public async Task A_list_ends_no_later_than_its_certificate()
    {
        string certificate = await _shell.CertifyAsync("online", "--days", "5");
        Assert.Equal(Shell.Value(certificate, "until"), Shell.Value(await SignAsync("servers.json"), "expires"));
        Write("servers.json", Servers(more: """ "expires": "2199-01-03T00:00:00Z", """));

        await AssertFailsAsync("OutsideCertificate", Sign("servers.json"));
    }

    [Fact]
    public async Task A_key_that_is_not_certified_for_lists_signs_none()
    {
        await _shell.CertifyAsync("online", "--for", "status");

        await AssertFailsAsync("WrongPurpose", Sign("servers.json"));
        await _shell.DoAsync("keys", "certify", "--root", "@root.pem", "--online", "@other.pem", "--out", "@online.apxc");
        await AssertFailsAsync("another key's", Sign("servers.json"));
    }

    [Fact]
    public async Task Keys_for_notices_are_certified_in_the_list()
    {
        await _shell.CertifyAsync("notices", "--for", "notices");
        await _shell.DoAsync([.. Sign("servers.json"), "--notices", "@notices.apxc"]);

        Assert.Equal("1", Shell.Value(await _shell.DoAsync("list", "show", "@servers.apxl"), "certificates for notices"));
        await AssertFailsAsync("Certificate 0", [.. Sign("servers.json"), "--notices", "@status.apxc"], async () =>
            await _shell.CertifyAsync("status", "--for", "status"));
    }

    [Theory]
    [InlineData("{", "servers.json")]
    [InlineData("null", "null")]
    [InlineData("""{ "version": 1, "servers": [null] }""", "null")]
    [InlineData("""{ "version": 1, "servers": null }""", "servers")]
    [InlineData("""{ "version": 1, "servers": [], "colour": "red" }""", "colour")]
    [InlineData("""{ "servers": [] }""", "version")]
    [InlineData("""{ "version": 0, "servers": [] }""", "Malformed")]
    public async Task A_file_that_is_no_list_of_servers_is_refused_with_what_is_wrong(string json, string told)
    {
        Write("servers.json", json);

        await AssertFailsAsync(told, Sign("servers.json"));
        Assert.False(File.Exists(_shell["servers.apxl"]));
    }

    [Theory]
    [InlineData("\"SE\"", "\"Sweden\"", "se-sto-01: 'Sweden' is no country")]
    [InlineData("198.51.100.7:443", "198.51.100.7", "se-sto-01: '198.51.100.7' is no address and port")]
    [InlineData("\"capacity\": 5000", "\"capacity\": 0", "Server 1 of the list: Capacity")]
    [InlineData("\"latitude\": 59.33", "\"latitude\": 159.33", "Place 1 of the list: Location")]
    [InlineData("WireGuardTls", "Smoke", "transport")]
    [InlineData("AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=", "short", "se-sto-01: 'short' is no public key")]
    public async Task A_server_that_is_not_right_is_named(string right, string wrong, string told)
    {
        Write("servers.json", Servers().Replace(right, wrong, StringComparison.Ordinal));

        await AssertFailsAsync(told, Sign("servers.json"));
    }

    [Fact]
    public async Task A_terminal_gets_tables()
    {
        using var output = new StringWriter();
        var report = new Report(output, isTerminal: true);
        report.Facts(("version", "[12]"));
        report.Rows(["name"], [["nl-ams-01"]]);
        await output.FlushAsync();

        Assert.Contains("[12]", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("╭", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("nl-ams-01", output.ToString(), StringComparison.Ordinal);
    }

    private static string Servers(string more = "") => $$"""
        {
          // as operators write it
          "version": 12, {{more}}
          "servers": [
            {
              "id": "0c9d6a2e-54f1-4f0c-9b57-3d7c2f7d0a01", "name": "nl-ams-01", "country": "NL", "city": "Amsterdam",
              "latitude": 52.370216, "longitude": 4.895168, "provider": "Example Hosting", "capacity": 10000, "features": "IPv6, RamOnly",
              "endpoints": [
                { "transport": "WireGuardUdp", "address": "192.0.2.1:51820" },
                { "transport": "WireGuardUdp", "address": "[2001:db8::1]:51820" },
              ],
              "keys": [
                { "public": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", "notBefore": "2026-11-01T00:00:00Z", "notAfter": "2027-02-01T00:00:00Z" },
              ],
            },
            {
              "id": "0c9d6a2e-54f1-4f0c-9b57-3d7c2f7d0a02", "name": "se-sto-01", "country": "SE", "city": "Stockholm",
              "latitude": 59.33, "longitude": 18.06, "capacity": 5000,
              "endpoints": [{ "transport": "WireGuardTls", "address": "198.51.100.7:443" }],
              "keys": [
                { "public": "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=", "notBefore": "2026-11-01T00:00:00Z", "notAfter": "2027-02-01T00:00:00Z" },
              ],
            },
          ],
        }
        """;

    private static string[] Sign(string input) =>
        ["list", "sign", "--in", "@" + input, "--key", "@online.pem", "--certificate", "@online.apxc", "--out", "@servers.apxl"];

    private Task<string> SignAsync(string input) => _shell.DoAsync(Sign(input));

    private void Write(string name, string text) => File.WriteAllText(_shell[name], text);

    private async Task AssertFailsAsync(string told, string[] words, Func<Task> before)
    {
        await before();
        await AssertFailsAsync(told, words);
    }

    private async Task AssertFailsAsync(string told, params string[] words)
    {
        Shell.Result result = await _shell.RunAsync(words);
        Assert.Contains(told, result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.Code);
    }
}
