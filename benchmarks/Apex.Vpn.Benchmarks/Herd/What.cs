namespace Apex.Vpn.Benchmarks.Herd;

/// <summary>What a random number is for.</summary>
internal enum What
{
    Home,
    Latitude,
    Longitude,
    Access,
    Way,
    Lossy,
    Loss,
    Jitter,
    Rate,
    Capacity,
    Provider,
    Demand,
    Server,
    Arrival,
    Session,
    Look,
    Notice,
    Choice,
    Sample,
}
