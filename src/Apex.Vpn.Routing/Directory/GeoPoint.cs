namespace Apex.Vpn.Routing.Directory;

/// <summary>A place on the Earth. A value; immutable; safe from any thread.</summary>
/// <param name="Latitude">Degrees north of the equator, -90 to 90.</param>
/// <param name="Longitude">Degrees east of Greenwich, -180 to 180.</param>
public readonly record struct GeoPoint(double Latitude, double Longitude)
{
    // The mean radius of the Earth in kilometres (IUGG).
    private const double EarthRadius = 6371.0088;

    /// <summary>Whether both coordinates are numbers in their ranges.</summary>
    public bool IsValid => Math.Abs(Latitude) <= 90 && Math.Abs(Longitude) <= 180;

    /// <summary>The great-circle distance in kilometres (haversine formula), at most 0.6 % off, since the Earth is no sphere.</summary>
    /// <param name="other">The other place.</param>
    public double DistanceTo(GeoPoint other)
    {
        double here = double.DegreesToRadians(Latitude), there = double.DegreesToRadians(other.Latitude);
        double acrossLatitude = Math.Sin((there - here) / 2);
        double acrossLongitude = Math.Sin(double.DegreesToRadians(other.Longitude - Longitude) / 2);
        double h = (acrossLatitude * acrossLatitude) + (Math.Cos(here) * Math.Cos(there) * acrossLongitude * acrossLongitude);
        return 2 * EarthRadius * Math.Asin(Math.Sqrt(Math.Min(1, h)));
    }
}
