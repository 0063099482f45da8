using Apex.Vpn.Fleet.Accounts;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Tests.Accounts;

public sealed class PasswordLoginTests
{
    private static readonly PasswordHashParameters Cheap = new(memoryKiB: 64, passes: 1);
    private readonly PasswordLogin _login = new(Cheap);

    [Fact]
    public void Only_the_right_password_of_an_account_that_exists_is_right()
    {
        string hash = _login.Hash("correct horse");

        Assert.True(_login.Check(hash, "correct horse", out string? renewed));
        Assert.Null(renewed);
        Assert.False(_login.Check(hash, "wrong horse", out _));
        Assert.False(_login.Check(null, "correct horse", out _));
        Assert.False(_login.Check("not a hash", "correct horse", out _));
    }

    // The same work, so that time does not tell an unknown account from a wrong password.
    [Fact]
    public void An_unknown_account_costs_as_much_as_a_wrong_password()
    {
        string hash = _login.Hash("correct horse");

        Assert.Equal(1, Computations(() => _login.Check(hash, "wrong", out _)));
        Assert.Equal(1, Computations(() => _login.Check(null, "wrong", out _)));
        Assert.Equal(1, Computations(() => _login.Check("damaged", "wrong", out _)));
        Assert.Equal(1, Computations(() => _login.Check(hash, "correct horse", out _)));
    }

    [Fact]
    public void An_old_hash_is_renewed_by_the_right_password_only()
    {
        string old = PasswordHash.Create("correct horse", new PasswordHashParameters(32, 1));

        Assert.False(_login.Check(old, "wrong", out string? renewed));
        Assert.Null(renewed);
        Assert.True(_login.Check(old, "correct horse", out renewed));
        Assert.NotNull(renewed);
        Assert.True(_login.Check(renewed, "correct horse", out string? again));
        Assert.Null(again);
    }

    private long Computations(Action action)
    {
        long before = _login.Computations;
        action();
        return _login.Computations - before;
    }
}
