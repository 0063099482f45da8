using System.Text.RegularExpressions;
using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Protocol.Tests.Diagnostics;

public sealed partial class DropReasonNamesTests
{
    [Fact]
    public void Every_reason_has_a_text_of_its_own()
    {
        string[] texts = [.. Enum.GetValues<DropReason>().Select(DropReasonNames.ToText)];

        Assert.Equal(DropReasonNames.Count, texts.Length);
        Assert.Equal(texts.Length, texts.Distinct(StringComparer.Ordinal).Count());
        Assert.All(texts, static text => Assert.Matches(SnakeCase(), text));
    }

    [Fact]
    public void A_text_is_the_name_in_snake_case()
    {
        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            string snake = WordStart().Replace(reason.ToString(), "_$0").ToLowerInvariant();
            Assert.Equal(snake, DropReasonNames.ToText(reason));
        }
    }

    [Fact]
    public void Reasons_are_numbered_without_gaps() =>
        Assert.Equal(Enumerable.Range(0, DropReasonNames.Count), Enum.GetValues<DropReason>().Select(static reason => (int)reason));

    // Dashboards are written against the texts: a reason may be added at the end, none may change.
    [Theory]
    [InlineData(0, "none")]
    [InlineData(1, "malformed_message")]
    [InlineData(5, "invalid_mac1")]
    [InlineData(12, "stale_timestamp")]
    [InlineData(19, "unauthentic")]
    [InlineData(20, "replayed")]
    [InlineData(27, "no_route")]
    [InlineData(33, "send_failed")]
    public void Numbers_and_texts_stay_what_they_were(int number, string text) =>
        Assert.Equal(text, DropReasonNames.ToText((DropReason)number));

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex SnakeCase();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex WordStart();
}
