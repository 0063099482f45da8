using Apex.Vpn.Fleet.Storage;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Storage;

public sealed class FeedCursorTests
{
    [Property]
    public bool A_cursors_text_is_read_as_the_same_cursor(long epoch, long[] sequences)
    {
        long[] some = [.. sequences.Take(FeedCursor.MaxShards).Select(static value => value & long.MaxValue).DefaultIfEmpty(1)];
        var cursor = new FeedCursor(epoch & long.MaxValue, some);
        return FeedCursor.TryParse(cursor.ToString(), out FeedCursor? parsed)
            && cursor.Equals(parsed)
            && parsed!.GetHashCode() == cursor.GetHashCode();
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1-")]
    [InlineData("-1")]
    [InlineData("1-2.")]
    [InlineData("1-2..3")]
    [InlineData("1--2")]
    [InlineData("1-2 ")]
    [InlineData("1-+2")]
    [InlineData("1-9223372036854775808")]
    [InlineData("a-b")]
    public void What_is_no_cursor_is_not_read_as_one(string text)
    {
        Assert.False(FeedCursor.TryParse(text, out FeedCursor? cursor));
        Assert.Null(cursor);
    }

    [Fact]
    public void A_cursor_has_a_limited_number_of_shards()
    {
        string most = "1-" + string.Join('.', Enumerable.Repeat(1, FeedCursor.MaxShards));
        Assert.True(FeedCursor.TryParse(most, out _));
        Assert.False(FeedCursor.TryParse(most + ".1", out _));
        Assert.Throws<ArgumentException>(() => new FeedCursor(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeedCursor(1, -1));
    }

    [Property]
    public bool Any_text_is_taken_without_an_exception(string? text) =>
        FeedCursor.TryParse(text, out FeedCursor? cursor) == cursor is not null;
}
