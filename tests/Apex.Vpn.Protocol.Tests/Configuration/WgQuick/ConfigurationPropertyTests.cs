using Apex.Vpn.Protocol.Configuration;
using FsCheck;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Configuration;

public sealed class ConfigurationPropertyTests
{
    [Property(MaxTest = 500)]
    public void What_is_written_is_read_as_the_same_and_written_the_same(DoNotSize<int> seed)
    {
        using WireGuardConfiguration original = new Random(seed.Item).Configuration();
        string text = original.Text();
        using WireGuardConfiguration read = WireGuardConfiguration.Parse(text);
        Assert.True(read.ContentEquals(original));
        Assert.Equal(text, read.Text());
    }

    [Property(MaxTest = 500)]
    public void Any_space_line_end_and_case_is_read_the_same(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        using WireGuardConfiguration original = random.Configuration();
        IEnumerable<string> lines = original.Text().Split('\n').Select(line => Disguise(random, line));
        string text = (random.Chance(0.5) ? "\uFEFF" : "") + string.Join(random.Chance(0.5) ? "\r\n" : "\n", lines);
        using WireGuardConfiguration read = WireGuardConfiguration.Parse(text);
        Assert.True(read.ContentEquals(original));
    }

    [Property(MaxTest = 2000)]
    public void The_parser_never_throws_on_any_text(string? text)
    {
        bool parsed = WireGuardConfiguration.TryParse(text, out WireGuardConfiguration? configuration, out var errors);
        Assert.Equal(parsed, errors.Count == 0);
        Assert.Equal(parsed, configuration is not null);
    }

    [Property(MaxTest = 2000)]
    public void The_parser_never_throws_on_a_damaged_configuration_and_places_its_errors_in_the_text(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        string text = Damage(random, random.Configuration().Text());
        bool parsed = WireGuardConfiguration.TryParse(text, out WireGuardConfiguration? configuration, out var errors);
        Assert.Equal(parsed, errors.Count == 0);
        string[] lines = text.Split('\n');
        foreach (ConfigurationError error in errors)
        {
            Assert.InRange(error.Line, 1, lines.Length);
            Assert.InRange(error.Column, 1, lines[error.Line - 1].Length + 1);
        }
        if (configuration is null) return;
        using WireGuardConfiguration again = WireGuardConfiguration.Parse(configuration.Text());
        Assert.True(again.ContentEquals(configuration));
        configuration.Dispose();
    }

    [Property(MaxTest = 300)]
    public void Two_configurations_are_equal_only_if_their_texts_are(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        using WireGuardConfiguration left = random.Configuration();
        using WireGuardConfiguration right = random.Chance(0.5) ? WireGuardConfiguration.Parse(left.Text()) : random.Configuration();
        Assert.Equal(left.Text() == right.Text(), left.ContentEquals(right));
    }

    private static string Disguise(Random random, string line)
    {
        if (line.Length == 0) return random.Chance(0.3) ? "  # a comment = [Peer]" : line;
        int equals = line.IndexOf('=');
        string key = equals < 0 ? line : line[..equals].Trim();
        if (random.Chance(0.5)) key = random.Chance(0.5) ? key.ToUpperInvariant() : key.ToLowerInvariant();
        string value = equals < 0 ? "" : line[(equals + 1)..].Trim();
        string disguised = Space(random) + key + Space(random);
        if (equals >= 0) disguised += "=" + Space(random) + value + Space(random);
        bool command = key.ToUpperInvariant() is "PREUP" or "POSTUP" or "PREDOWN" or "POSTDOWN";
        return !command && random.Chance(0.3) ? disguised + "# = comment" : disguised;
    }

    private static string Space(Random random) => string.Concat(random.GetItems([" ", "\t", "", "", "\v"], random.Next(4)));

    private static string Damage(Random random, string text)
    {
        const string Characters = " \t\r\n=#[],/:.%-+0129azAZ\0é\uD800";
        var damaged = new System.Text.StringBuilder(text);
        for (int changes = random.Next(1, 6); changes > 0 && damaged.Length > 2; changes--)
        {
            int at = random.Next(damaged.Length);
            switch (random.Next(4))
            {
                case 0: damaged[at] = Characters[random.Next(Characters.Length)]; break;
                case 1: damaged.Insert(at, Characters[random.Next(Characters.Length)]); break;
                case 2: damaged.Remove(at, random.Next(1, Math.Min(20, damaged.Length - at) + 1)); break;
                default: damaged.Insert(at, text.AsSpan(random.Next(text.Length / 2), random.Next(1, text.Length / 2))); break;
            }
        }
        return damaged.ToString();
    }
}
