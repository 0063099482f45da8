using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Notices;

/// <summary>A notice is judged by the signed time that the client knows, and by no clock of either side.</summary>
public sealed class NoticeClockTests
{
    private const long Past = 1; // 1970
    private const long Future = 4_000_000_000_000_000_000; // 2096

    [Theory]
    [InlineData(-120, true)] // the status was two minutes on its way
    [InlineData(-121, false)]
    [InlineData(0, true)]
    [InlineData(900, true)]
    [InlineData(901, false)]
    public void A_notice_is_believed_from_two_minutes_before_its_issue_to_its_end(int secondsAfterIssue, bool believed)
    {
        using NoticeScene scene = new NoticeScene().Connected();
        scene.Plane.SignedTime = ControlPlane.Now.AddSeconds(secondsAfterIssue);
        scene.FromNode(scene.Plane.Sign(ControlPlane.Drain(1)));
        Assert.Equal(believed ? 1 : 0, scene.Client.Heard.Count);
        Assert.Equal((0, believed ? 0 : 1, 0), NoticeScene.Dropped(scene.Client));
        Assert.Equal(believed ? 1 : 0, scene.Plane.Verified);
    }

    [Fact]
    public void Without_signed_time_only_a_closing_is_believed()
    {
        using NoticeScene scene = new NoticeScene().Connected();
        scene.Plane.SignedTime = null;
        scene.FromNode(scene.Plane.Sign(ControlPlane.Drain(1)));
        Assert.Empty(scene.Client.Heard);
        Assert.True(scene.Notify(NoticeKind.Closing, []));
        scene.Duo.Run(0.1);
        Assert.Equal(NoticeKind.Closing, Assert.Single(scene.Client.Heard).Kind);
    }

    [Theory]
    [InlineData(1970)]
    [InlineData(2096)]
    [InlineData(9999)]
    [InlineData(1)]
    public void A_client_whose_signed_time_is_wrong_and_then_right_hears_the_next_try(int year)
    {
        using NoticeScene scene = new NoticeScene().Connected();
        scene.Plane.SignedTime = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.True(scene.Notify(ControlPlane.Drain(1)));
        scene.Duo.Run(0.4);
        Assert.Equal((0, 1, 0), NoticeScene.Dropped(scene.Client));
        Assert.Empty(scene.Client.Heard);

        scene.Plane.SignedTime = ControlPlane.Now;
        scene.Duo.Run(0.2);
        Assert.Single(scene.Client.Heard);
        Assert.Equal([(NoticeKind.Drain, true)], scene.Node.Events.Ended);
    }

    [Theory]
    [InlineData(Past, Past)]
    [InlineData(Past, Future)]
    [InlineData(Future, Past)]
    [InlineData(Future, Future)]
    public void The_wall_clocks_of_both_sides_mean_nothing_before_and_after_they_are_set(long client, long node)
    {
        using NoticeScene scene = new NoticeScene(
            client: new NodeOptions { UnixNanoseconds = client }, node: new NodeOptions { UnixNanoseconds = node }).Connected();
        Assert.True(scene.Notify(ControlPlane.Drain(1)));
        scene.Duo.Run(1);
        Assert.Single(scene.Client.Heard);

        foreach (Node side in new[] { scene.Client, scene.Node })
            side.Engine.AnchorWallClock(ControlPlane.Now.ToUnixTimeMilliseconds() * 1_000_000, scene.Duo.World.Now);
        Assert.True(scene.Notify(ControlPlane.Drain(2)));
        scene.Duo.Run(1);
        Assert.Equal(2, scene.Client.Heard.Count);
        Assert.Equal((0, 0, 0), NoticeScene.Dropped(scene.Client));
    }

    [Fact]
    public void Ten_minutes_between_closings_are_the_clocks_that_goes_on_in_sleep()
    {
        using NoticeScene scene = new NoticeScene().Connected();
        scene.Notify(NoticeKind.Closing, []);
        scene.Duo.Run(1);
        Assert.Single(scene.Client.Heard);
        scene.Plane.SignedTime = ControlPlane.Now.AddDays(365); // not by signed time either
        scene.FromNode(NoticeLayout.Closing());
        Assert.Single(scene.Client.Heard);

        scene.Duo.World.Sleep(TimeSpan.FromMinutes(10));
        scene.Client.Send(Duo.ToRight());
        // Both woke with something to send, so two handshakes cross, and each side goes on in its own session.
        scene.Duo.World.RunUntil(() => scene.Node.Events.Hellos.Count == 2, TimeSpan.FromSeconds(1));
        Assert.Equal((1, 1), (scene.Duo.Initiations(scene.Client), scene.Duo.Initiations(scene.Node)));
        Assert.True(scene.Notify(NoticeKind.Closing, []));
        scene.Duo.Run(1);
        Assert.Equal(2, scene.Client.Heard.Count);
    }
}
