using Apex.Vpn.Netns.Results;

namespace Apex.Vpn.Netns.Tests;

public sealed class TableTests
{
    [Fact]
    public void Columns_line_up_and_all_but_the_first_are_flush_right()
    {
        var table = new Table("what", "n");
        table.Add("a", "100");
        table.Add("longer", "2");

        Assert.Equal(
            """
            | what   |   n |
            |--------|----:|
            | a      | 100 |
            | longer |   2 |

            """.ReplaceLineEndings(),
            table.ToString());
    }

    [Theory]
    [InlineData(123.4, "123")]
    [InlineData(12.34, "12.3")]
    [InlineData(1.234, "1.23")]
    [InlineData(0.1234, "0.123")]
    public void Numbers_have_three_digits(double value, string text) => Assert.Equal(text, Table.Number(value));

    [Fact]
    public void A_cell_shows_the_ends_where_there_are_several_figures()
    {
        Assert.Equal("", Table.Cell(null));
        Assert.Equal("2.00", Table.Cell(new Spread(2, 2, 2, 1)));
        Assert.Equal("2.00 [1.00-3.00]", Table.Cell(new Spread(2, 1, 3, 3)));
    }
}
