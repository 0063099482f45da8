using Apex.Vpn.Fleet.Identity;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Identity;

public sealed class EnrolmentRequestTests
{
    [Fact]
    public void The_node_and_the_control_plane_see_the_same_fingerprint()
    {
        using var keys = new EnrolmentKeys();

        Assert.Equal(keys.Fingerprint, Requests.Make(keys).Fingerprint);
        Assert.Matches("^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$", keys.Fingerprint.ToString());
    }

    [Fact]
    public void The_fingerprint_stands_for_both_keys()
    {
        using EnrolmentKeys keys = new(), other = new();
        EnrolmentFingerprint genuine = keys.Fingerprint;
        bool created = EnrolmentRequest.TryCreate(
            keys.CreateSigningRequest(null), other.DeliveryKey.DerivePublicKey(), "node-1", "se-sto", null,
            out EnrolmentRequest? mixed, out _);

        Assert.True(created);
        Assert.NotEqual(genuine, mixed!.Fingerprint);
        Assert.NotEqual(other.Fingerprint, mixed.Fingerprint);
    }

    [Fact]
    public void A_fingerprint_is_read_as_people_type_it()
    {
        using var keys = new EnrolmentKeys();
        string text = keys.Fingerprint.ToString();
        string spaced = text.Replace('-', ' '), alike = text.Replace('0', 'O').Replace('1', 'l');
        foreach (string typed in new[] { text, text.ToLowerInvariant(), spaced, alike })
        {
            Assert.True(EnrolmentFingerprint.TryParse(typed, out EnrolmentFingerprint read));
            Assert.Equal(keys.Fingerprint, read);
        }
        Assert.False(EnrolmentFingerprint.TryParse(text.AsSpan(1), out _));
        Assert.False(EnrolmentFingerprint.TryParse(text + "0", out _));
        Assert.False(EnrolmentFingerprint.TryParse("U" + text[1..], out _));
    }

    [Property(MaxTest = 1000)]
    public bool Any_text_is_read_without_an_exception(string? text) => !EnrolmentFingerprint.TryParse(text, out _) || text!.Length >= 16;

    [Theory]
    [InlineData("", "se-sto", "name")]
    [InlineData("Node", "se-sto", "name")]
    [InlineData("node\n1", "se-sto", "name")]
    [InlineData("node-1", "", "city")]
    [InlineData("node-1", "<script>", "city")]
    [InlineData(null, "se-sto", "name")]
    public void Names_are_short_and_plain(string? name, string city, string says)
    {
        using var keys = new EnrolmentKeys();

        Assert.False(EnrolmentRequest.TryCreate(
            keys.CreateSigningRequest(null), keys.DeliveryKey.DerivePublicKey(), name, city, null,
            out EnrolmentRequest? request, out string? error));
        Assert.Null(request);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.False(EnrolmentRequest.IsName(new string('a', 65)));
    }

    [Fact]
    public void Missing_keys_are_refused()
    {
        using var keys = new EnrolmentKeys();

        Assert.False(EnrolmentRequest.TryCreate(keys.CreateSigningRequest(null), default, "a", "b", null, out _, out string? error));
        Assert.Contains("delivery key", error, StringComparison.Ordinal);
        Assert.False(EnrolmentRequest.TryCreate([1, 2], keys.DeliveryKey.DerivePublicKey(), "a", "b", null, out _, out error));
        Assert.Contains("Malformed", error, StringComparison.Ordinal);
    }
}
