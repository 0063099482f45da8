using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Apex.Vpn.Routing.Selection;

namespace Apex.Vpn.Routing.Tests.Selection;

public sealed class SelectionOptionsTests
{
    public static TheoryData<string> Names => [.. typeof(SelectionOptions).GetProperties().Select(static property => property.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_attributes_and_the_selector_agree_on_the_range(string name)
    {
        PropertyInfo property = typeof(SelectionOptions).GetProperty(name)!;
        RangeAttribute range = property.GetCustomAttribute<RangeAttribute>()!;
        double least = (double)range.Minimum, most = (double)range.Maximum;

        double usual = (double)property.GetValue(new SelectionOptions())!;
        foreach (double good in new[] { least, most, usual }) Assert.True(IsValid(good) && IsTaken(good));
        foreach (double bad in new[] { least - 0.001, most + 0.001, double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        {
            Assert.False(IsValid(bad));
            Assert.False(IsTaken(bad));
        }

        bool IsValid(double value)
        {
            SelectionOptions options = With(value);
            return Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true);
        }

        bool IsTaken(double value)
        {
            try
            {
                _ = new ServerSelector(new Fleet().ToCatalog(), With(value));
                return true;
            }
            catch (ArgumentOutOfRangeException exception)
            {
                Assert.Equal(name, exception.ParamName);
                return false;
            }
        }

        SelectionOptions With(double value)
        {
            var options = new SelectionOptions();
            property.SetValue(options, value);
            return options;
        }
    }

    [Fact]
    public void Options_are_read_once()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 10);
        fleet.Add(rtt: 20);
        var options = new SelectionOptions();
        var selector = new ServerSelector(fleet.ToCatalog(), options);
        options.EquivalenceMargin = 100;
        var result = new SelectionResult();

        selector.Select(new SelectionRequest(), fleet.Input(), result);

        Assert.Equal(1, result.EquivalentCount);
    }
}
