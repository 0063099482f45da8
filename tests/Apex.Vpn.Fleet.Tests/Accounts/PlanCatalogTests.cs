using System.Text;
using Apex.Vpn.Fleet.Accounts;

namespace Apex.Vpn.Fleet.Tests.Accounts;

public sealed class PlanCatalogTests
{
    private static readonly DateTimeOffset Now = new(2031, 5, 17, 12, 0, 0, TimeSpan.Zero);

    private const string File = """
        {
          // What we sell.
          "plans": [
            { "name": "free", "deviceLimit": 1 },
            { "name": "plus", "deviceLimit": 10, "features": ["multihop", "streaming"] },
          ]
        }
        """;

    [Fact]
    public void Plans_are_read_from_a_file()
    {
        PlanCatalog catalog = Parse(File);

        Assert.Equal(2, catalog.Plans.Count);
        Assert.True(catalog.TryFind("plus", out Plan? plus));
        Assert.Equal((10, 2), (plus.DeviceLimit, plus.Features.Count));
        Assert.True(catalog.TryFind("free", out Plan? free));
        Assert.Empty(free.Features);
        Assert.False(catalog.TryFind("Plus", out _));
    }

    [Theory]
    [InlineData("", "no valid JSON")]
    [InlineData("null", "\"plans\"")]
    [InlineData("{}", "\"plans\"")]
    [InlineData("""{ "plans": [] }""", "\"plans\"")]
    [InlineData("""{ "plans": [null] }""", "plans[0]")]
    [InlineData("""{ "plans": [{ "name": "a", "deviceLimit": 1 }, { "name": "a", "deviceLimit": 1 }] }""", "plans[1]: there is a plan a")]
    [InlineData("""{ "plans": [{ "name": "a" }] }""", "deviceLimit must be 1 to 100")]
    [InlineData("""{ "plans": [{ "name": "a", "deviceLimit": 101 }] }""", "deviceLimit must be 1 to 100")]
    [InlineData("""{ "plans": [{ "name": "A!", "deviceLimit": 1 }] }""", "the name must have")]
    [InlineData("""{ "plans": [{ "name": "a", "deviceLimit": 1, "features": ["x", "x"] }] }""", "twice")]
    [InlineData("""{ "plans": [{ "name": "a", "deviceLimit": 1, "features": [null] }] }""", "name of a feature")]
    [InlineData("""{ "plans": [{ "name": "a", "devicelimit": 1 }] }""", "devicelimit")]
    [InlineData("""{ "plans": [{ "name": "a", "deviceLimit": "many" }] }""", "$.plans[0].deviceLimit")]
    public void Errors_name_the_place_and_what_is_expected(string json, string says)
    {
        var error = Assert.Throws<FormatException>(() => Parse(json));

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_bytes_give_an_error_and_nothing_else()
    {
        byte[] valid = Encoding.UTF8.GetBytes(File);
        var random = new Random(31);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. valid[..random.Next(valid.Length)]];
            if (bytes.Length > 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                PlanCatalog.Parse(bytes);
            }
            catch (FormatException)
            {
                // The one exception that is allowed.
            }
        }
    }

    [Fact]
    public void An_account_may_what_its_plan_says_until_it_ends()
    {
        PlanCatalog catalog = Parse(File);
        var entitled = new Entitlements(catalog.Plans["plus"], Now.AddDays(1));

        Assert.True(entitled.Allows("multihop", Now));
        Assert.False(entitled.Allows("gaming", Now));
        Assert.False(entitled.Allows("multihop", Now.AddDays(1)));
        Assert.True(entitled.AllowsAnotherDevice(9, Now));
        Assert.False(entitled.AllowsAnotherDevice(10, Now));
        Assert.False(entitled.AllowsAnotherDevice(0, Now.AddDays(1)));
        Assert.True(new Entitlements(catalog.Plans["plus"], null).IsActive(DateTimeOffset.MaxValue));
    }

    [Fact]
    public void No_access_token_outlives_the_account()
    {
        var entitled = new Entitlements(Parse(File).Plans["plus"], Now.AddMinutes(4));

        Assert.Equal(Now.AddMinutes(4), entitled.TokenExpires(Now));
        Assert.Equal(Now, entitled.TokenExpires(Now.AddMinutes(-10)));
        Assert.Equal(Now.AddMinutes(10), new Entitlements(entitled.Plan, null).TokenExpires(Now));
    }

    private static PlanCatalog Parse(string json) => PlanCatalog.Parse(Encoding.UTF8.GetBytes(json));
}
