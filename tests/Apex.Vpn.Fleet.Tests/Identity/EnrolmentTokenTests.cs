using Apex.Vpn.Fleet.Identity;
using Apex.Vpn.Fleet.Keys;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Identity;

public sealed class EnrolmentTokenTests : IDisposable
{
    private readonly TestFleet _fleet = new();

    [Fact]
    public void A_token_is_read_as_it_was_written()
    {
        using var token = EnrolmentToken.Create(_fleet.Authority.KeyHash.Span);
        string text = Text(token);

        Assert.Equal(EnrolmentToken.TextLength, text.Length);
        Assert.Equal(2, text.Count(static c => c == '.'));
        Assert.EndsWith("." + Convert.ToHexStringLower(_fleet.Authority.KeyHash.Span), text, StringComparison.Ordinal);
        Assert.True(EnrolmentToken.TryParse($"  {text}\n", out EnrolmentToken? read, out _));
        using (read)
        {
            Assert.Equal(token.Id, read.Id);
            Assert.True(token.Secret.Span.SequenceEqual(read.Secret.Span));
            Assert.True(token.RootHash.Span.SequenceEqual(read.RootHash.Span));
            Assert.Equal(token.HashSecret(), read.HashSecret());
        }
    }

    [Fact]
    public void A_secret_has_256_bits_and_is_never_the_same()
    {
        using EnrolmentToken first = EnrolmentToken.Create(new byte[32]), second = EnrolmentToken.Create(new byte[32]);

        Assert.Equal(32, first.Secret.Length);
        Assert.False(first.Secret.Span.SequenceEqual(second.Secret.Span));
        Assert.NotEqual(first.Id, second.Id);
        Assert.Throws<ArgumentException>(static () => EnrolmentToken.Create(new byte[31]));
    }

    [Fact]
    public void Errors_say_what_is_wrong_and_repeat_nothing()
    {
        using var token = EnrolmentToken.Create(new byte[32]);
        string text = Text(token);
        (string Text, string Says)[] bad =
        [
            ("", "no token"), ("hello", "three parts"), (text[..^1], "missing"), (text + "0", "more than"),
            (text[1..] + "0", "wrong lengths"), (text[..^1] + "g", "characters"), ("!" + text[1..], "characters"),
            (text[..30] + " " + text[31..], "characters"),
        ];
        foreach ((string candidate, string says) in bad)
        {
            Assert.False(EnrolmentToken.TryParse(candidate, out EnrolmentToken? none, out string? error), candidate);
            Assert.Null(none);
            Assert.Contains(says, error, StringComparison.Ordinal);
            if (candidate.Length > 40) Assert.DoesNotContain(candidate.Substring(24, 8), error, StringComparison.Ordinal);
        }
    }

    [Property(MaxTest = 1000)]
    public bool Any_text_is_read_without_an_exception(string? text) =>
        !EnrolmentToken.TryParse(text, out _, out string? error) && error.Length > 0;

    [Fact]
    public void Any_change_of_a_token_is_read_without_an_exception()
    {
        using var token = EnrolmentToken.Create(new byte[32]);
        string text = Text(token);
        var random = new Random(5);
        for (int i = 0; i < 5000; i++)
        {
            char[] changed = text.ToCharArray();
            changed[random.Next(changed.Length)] = (char)random.Next(256);
            if (EnrolmentToken.TryParse(changed, out EnrolmentToken? read, out _)) read.Dispose();
        }
    }

    [Fact]
    public void A_record_admits_the_secret_until_it_expires()
    {
        using EnrolmentToken token = EnrolmentToken.Create(new byte[32]), other = EnrolmentToken.Create(new byte[32]);
        var record = EnrolmentTokenRecord.Of(token, _fleet.Node, TestFleet.Now, EnrolmentToken.DefaultLifetime);

        Assert.Equal(TestFleet.Now.AddMinutes(10), record.Expires);
        Assert.True(record.Admits(token.HashSecret(), TestFleet.Now));
        Assert.True(record.Admits(token.HashSecret(), record.Expires - TimeSpan.FromTicks(1)));
        Assert.False(record.Admits(token.HashSecret(), record.Expires));
        Assert.False(record.Admits(other.HashSecret(), TestFleet.Now));
        Assert.False(record.Admits(EnrolmentToken.HashSecret(other.Id, token.Secret.Span), TestFleet.Now));
        Assert.False(record.Admits(default, TestFleet.Now));
        Assert.Equal(-1, record.SecretHash.Span.IndexOf(token.Secret.Span[..8]));
    }

    [Fact]
    public async Task A_token_lets_one_node_in_once()
    {
        using var token = EnrolmentToken.Create(_fleet.Authority.KeyHash.Span);
        var record = EnrolmentTokenRecord.Of(token, _fleet.Node, TestFleet.Now, EnrolmentToken.DefaultLifetime);
        var proof = new TokenProof(new BurningTokens(record));
        using SecretBytes evidence = TokenProof.Show(token);
        EnrolmentRequest request = Requests.Make("node-1", "se-sto");

        EnrolmentDecision first = await proof.DecideAsync(request, evidence.Memory, 1, default);
        EnrolmentDecision second = await proof.DecideAsync(request, evidence.Memory, 1, default);

        Assert.Equal(new EnrolmentDecision(EnrolmentState.Approved, _fleet.Node), first);
        Assert.Equal(EnrolmentDecision.Refused, second);
    }

    [Theory]
    [InlineData("node-1", "se-sto", EnrolmentState.Approved)]
    [InlineData("node-2", "se-sto", EnrolmentState.Refused)]
    [InlineData("node-1", "de-ber", EnrolmentState.Refused)]
    public async Task A_bound_token_is_for_one_name_and_city(string name, string city, EnrolmentState expected)
    {
        using var token = EnrolmentToken.Create(new byte[32]);
        var record = EnrolmentTokenRecord.Of(token, _fleet.Node, TestFleet.Now, EnrolmentToken.DefaultLifetime, "node-1", "se-sto");
        using SecretBytes evidence = TokenProof.Show(token);

        var proof = new TokenProof(new BurningTokens(record));
        EnrolmentDecision decision = await proof.DecideAsync(Requests.Make(name, city), evidence.Memory, 1, default);

        Assert.Equal(expected, decision.State);
    }

    [Fact]
    public async Task Any_evidence_is_refused_without_an_exception()
    {
        var proof = new TokenProof(new BurningTokens(null));
        EnrolmentRequest request = Requests.Make("node-1", "se-sto");
        for (int length = 0; length < 100; length++)
            Assert.Equal(EnrolmentDecision.Refused, await proof.DecideAsync(request, new byte[length], 1, default));
    }

    [Fact]
    public void A_token_shows_nothing_of_itself()
    {
        var token = EnrolmentToken.Create(new byte[32]);
        Assert.Equal("EnrolmentToken(hidden)", token.ToString());
        token.Dispose();
        token.Dispose();
        Assert.Throws<ObjectDisposedException>(() => token.Secret.Span.Length);
    }

    public void Dispose() => _fleet.Dispose();

    private static string Text(EnrolmentToken token)
    {
        char[] text = new char[EnrolmentToken.TextLength];
        return new string(text, 0, token.WriteText(text));
    }

    private sealed class BurningTokens(EnrolmentTokenRecord? record) : IEnrolmentTokens
    {
        private EnrolmentTokenRecord? _record = record;

        public ValueTask<EnrolmentTokenRecord?> BurnAsync(Guid id, ReadOnlyMemory<byte> secretHash, CancellationToken cancellationToken)
        {
            EnrolmentTokenRecord? found = _record is { } here && here.Id == id && here.Admits(secretHash.Span, TestFleet.Now) ? here : null;
            if (found is not null) _record = null;
            return new(found);
        }
    }
}
