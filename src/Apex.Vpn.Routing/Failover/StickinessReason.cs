namespace Apex.Vpn.Routing.Failover;

/// <summary>Why a <see cref="StickinessRule"/> stays or lets go.</summary>
public enum StickinessReason : byte
{
    /// <summary>Stay: no other server is better by enough, as far as is known.</summary>
    NoneBetter = 0,

    /// <summary>Stay: the current server was not measured often enough, or too long ago.</summary>
    NotMeasured = 1,

    /// <summary>Stay: the last move was not long ago.</summary>
    Dwell = 2,

    /// <summary>Stay: another server is better, but a move would tear what is going on.</summary>
    TrafficFlows = 3,

    /// <summary>Move: another server is better.</summary>
    Better = 4,

    /// <summary>Move, even under traffic: the path loses too much and another does not.</summary>
    Lossy = 5,
}
