using System.Globalization;

namespace Apex.Vpn.Fleet.Metrics;

/// <summary>
/// How many users a node may say it has: none, fewer than 20, or a round number that there are at least: 20, 50, 100, 200, 500 and so on.
/// Who watches the number while one user comes and goes sees nothing, as a rule.
/// </summary>
/// <remarks>A value; immutable; safe from any thread.</remarks>
public readonly record struct UserBucket
{
    /// <summary>From how many users on they are counted at all, 20.</summary>
    public const int MinUsers = 20;

    private UserBucket(long atLeast) => AtLeast = atLeast;

    /// <summary>The least number of users in this bucket: 0, 1, 20, 50, 100, …</summary>
    public long AtLeast { get; }

    /// <summary>The bucket of a count.</summary>
    /// <param name="users">The count; less than 0 counts as 0.</param>
    public static UserBucket Of(long users)
    {
        if (users <= 0) return default;
        if (users < MinUsers) return new UserBucket(1);
        long power = 10;
        while (users / 10 >= power) power *= 10;
        return new UserBucket(users / power >= 5 ? 5 * power : users / power >= 2 ? 2 * power : power);
    }

    /// <summary><c>0</c>, <c>&lt;20</c>, or the bucket's least number with a plus, as in <c>50+</c>.</summary>
    public override string ToString() => AtLeast switch
    {
        0 => "0",
        1 => "<20",
        _ => AtLeast.ToString(CultureInfo.InvariantCulture) + "+",
    };
}
