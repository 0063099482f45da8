using Apex.Vpn.Fleet.Accounts;
using Apex.Vpn.Fleet.Keys;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Accounts;

public sealed class AccountNumberTests
{
    private const string Symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    [Fact]
    public void A_number_is_read_as_it_was_written()
    {
        for (int i = 0; i < 200; i++)
        {
            var number = AccountNumber.Create();
            string text = Text(number);

            Assert.Matches("^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){4}$", text);
            Assert.Equal(AccountNumberError.None, AccountNumber.TryParse(text, out AccountNumber read));
            Assert.Equal(number, read);
        }
    }

    [Fact]
    public void Numbers_are_random()
    {
        string[] texts = [.. Enumerable.Range(0, 2000).Select(static _ => Text(AccountNumber.Create()))];

        Assert.Equal(texts.Length, texts.Distinct().Count());
        // Each of 19 places takes each of 32 symbols 62 times on average.
        int[] places = [.. Enumerable.Range(0, 24).Where(static place => place % 5 != 4 && place != 23)];
        foreach (int place in places) Assert.Equal(32, texts.Select(text => text[place]).Distinct().Count());
    }

    [Fact]
    public void Every_wrong_symbol_is_a_typing_mistake()
    {
        string text = Text(AccountNumber.Create()).Replace("-", "", StringComparison.Ordinal);
        for (int place = 0; place < text.Length; place++)
        {
            foreach (char symbol in Symbols.Where(symbol => symbol != text[place]))
            {
                string typo = text[..place] + symbol + text[(place + 1)..];
                Assert.Equal(AccountNumberError.Mistyped, AccountNumber.TryParse(typo, out _));
            }
        }
    }

    [Fact]
    public void Any_two_symbols_that_changed_places_are_a_typing_mistake()
    {
        char[] text = Text(AccountNumber.Create()).Replace("-", "", StringComparison.Ordinal).ToCharArray();
        for (int a = 0; a < text.Length; a++)
        {
            for (int b = a + 1; b < text.Length; b++)
            {
                if (text[a] == text[b]) continue;
                (text[a], text[b]) = (text[b], text[a]);
                Assert.Equal(AccountNumberError.Mistyped, AccountNumber.TryParse(text, out _));
                (text[a], text[b]) = (text[b], text[a]);
            }
        }
    }

    [Fact]
    public void A_number_is_read_as_people_type_it()
    {
        var number = AccountNumber.Create();
        string text = Text(number);
        string plain = text.Replace("-", "", StringComparison.Ordinal), alike = text.Replace('0', 'o').Replace('1', 'I');
        foreach (string typed in new[] { text.ToLowerInvariant(), plain, text.Replace('-', ' '), alike })
        {
            Assert.Equal(AccountNumberError.None, AccountNumber.TryParse(typed, out AccountNumber read));
            Assert.Equal(number, read);
        }
        Assert.Equal(AccountNumberError.Length, AccountNumber.TryParse(text.AsSpan(0, text.Length - 1), out _));
        Assert.Equal(AccountNumberError.Length, AccountNumber.TryParse(text + "0", out _));
        Assert.Equal(AccountNumberError.Length, AccountNumber.TryParse("", out _));
        Assert.Equal(AccountNumberError.Length, AccountNumber.TryParse(new string('-', 1000), out _));
        Assert.Equal(AccountNumberError.Character, AccountNumber.TryParse("U" + text[1..], out _));
        Assert.Equal(AccountNumberError.Character, AccountNumber.TryParse("ſ" + text[1..], out _));
    }

    [Property(MaxTest = 1000)]
    public bool Any_text_is_read_without_an_exception(string? text) =>
        AccountNumber.TryParse(text, out AccountNumber number) == AccountNumberError.None || number == default;

    [Fact]
    public void A_number_shows_nothing_of_itself()
    {
        var number = AccountNumber.Create();
        Assert.Equal("AccountNumber(hidden)", $"{number}");
    }

    [Fact]
    public void What_is_stored_needs_the_key()
    {
        using SecretBytes key = SecretBytes.Generate(32), otherKey = SecretBytes.Generate(32);
        using AccountHasher hasher = new(key), same = new(key), other = new(otherKey);
        var number = AccountNumber.Create();

        Assert.Equal(Hash(hasher, number), Hash(same, number));
        Assert.NotEqual(Hash(hasher, number), Hash(other, number));
        Assert.NotEqual(Hash(hasher, number), Hash(hasher, AccountNumber.Create()));
        Assert.Equal("AccountHasher(hidden)", hasher.ToString());
        using var shortKey = SecretBytes.Generate(16);
        Assert.Throws<ArgumentException>(() => new AccountHasher(shortKey));
        byte[] mail = new byte[32], otherMail = new byte[32];
        hasher.Hash("a@b.example", mail);
        hasher.Hash("b@b.example", otherMail);
        Assert.NotEqual(mail, otherMail);
    }

    [Theory]
    [InlineData(" Alice.B+vpn@Example.ORG ", "alice.b+vpn@example.org")]
    [InlineData("a@b.c", "a@b.c")]
    public void An_address_has_one_form(string text, string expected)
    {
        Assert.True(EmailAddress.TryNormalize(text, out string? normalized));
        Assert.Equal(expected, normalized);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("@example.org")]
    [InlineData("alice@")]
    [InlineData("alice@example")]
    [InlineData("alice@@example.org")]
    [InlineData("alice@.example.org")]
    [InlineData("alice@example..org")]
    [InlineData("alice@example.org\r\nBcc: x")]
    [InlineData("älice@example.org")]
    public void What_is_no_address_is_refused(string? text) => Assert.False(EmailAddress.TryNormalize(text, out _));

    [Property(MaxTest = 1000)]
    public bool Any_text_is_normalized_without_an_exception(string? text) =>
        !EmailAddress.TryNormalize(text, out string? one) || EmailAddress.TryNormalize(one, out string? two) && one == two;

    private static string Text(AccountNumber number)
    {
        char[] text = new char[AccountNumber.TextLength];
        return new string(text, 0, number.WriteText(text));
    }

    private static byte[] Hash(AccountHasher hasher, AccountNumber number)
    {
        byte[] hash = new byte[AccountHasher.HashSize];
        hasher.Hash(number, hash);
        return hash;
    }
}
