using System.Reflection;
using System.Text.RegularExpressions;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>tests/ITEMS.md tells the truth: every item is shown by a test or has a reason, and the tests that it names exist.</summary>
public sealed partial class ItemTableTests
{
    private const int Items = 52;

    /// <summary>The tests of this assembly that show an item.</summary>
    private static readonly ILookup<int, (string Class, string Method)> Shown =
        (from type in Assembly.GetExecutingAssembly().GetTypes()
         from method in type.GetMethods()
         from trait in CustomAttributeData.GetCustomAttributes(method)
         where trait.AttributeType == typeof(TraitAttribute) && (string?)trait.ConstructorArguments[0].Value == "Item"
         select (Item: int.Parse((string)trait.ConstructorArguments[1].Value!), Class: type.Name, Method: method.Name))
        .ToLookup(static test => test.Item, static test => (test.Class, test.Method));

    private static readonly Row[] Rows = Read();

    [Fact]
    public void The_table_has_each_item_once_and_in_order() =>
        Assert.Equal(Enumerable.Range(1, Items), Rows.Select(static row => row.Item));

    [Fact]
    public void Each_item_has_a_test_or_a_reason() =>
        Assert.All(Rows, static row => Assert.True(Shown.Contains(row.Item) || row.Remark.Length > 0, $"Item {row.Item} has neither."));

    [Fact]
    public void The_tests_in_the_table_exist_and_carry_the_trait() => Assert.All(Rows, static row =>
    {
        foreach (string name in row.Tests)
        {
            (string type, string method) = (name[..name.IndexOf('.')], name[(name.IndexOf('.') + 1)..].TrimEnd('*'));
            Assert.True(
                Shown[row.Item].Any(test => test.Class == type && test.Method.StartsWith(method, StringComparison.Ordinal)),
                $"Item {row.Item}: there is no test {name} with its trait.");
        }
        if (row.Tests.Length == 0) Assert.NotEqual("", row.Remark);
    });

    [Fact]
    public void Traits_name_items_of_the_table() => Assert.All(Shown, static item => Assert.InRange(item.Key, 1, Items));

    private static Row[] Read() =>
    [
        .. from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "ITEMS.md"))
           let match = RowPattern().Match(line)
           where match.Success
           select new Row(
               int.Parse(match.Groups["item"].Value),
               [.. match.Groups["test"].Captures.Select(static capture => capture.Value)],
               match.Groups["remark"].Value.Trim()),
    ];

    [GeneratedRegex(@"^\| (?<item>\d+) \| (?:`(?<test>\w+\.\w+\*?)` ?)*\|(?<remark>.*)\|$")]
    private static partial Regex RowPattern();

    private sealed record Row(int Item, string[] Tests, string Remark);
}
