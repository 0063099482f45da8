namespace Apex.Vpn.Routing.Directory.Wire;

/// <summary>A place of a list: country, coordinates, city.</summary>
internal static class PlaceEntry
{
    internal static Place? Read(ref WireReader entry, out ListDefectReason reason)
    {
        byte first = entry.Byte(), second = entry.Byte();
        bool isCountry = CountryCode.TryParse([(char)first, (char)second], out CountryCode country);
        var location = new GeoPoint(entry.Int32() / ListSections.CoordinateUnit, entry.Int32() / ListSections.CoordinateUnit);
        string city = entry.Text(DirectoryLimits.TextBytes);
        reason = entry.Failed ? ListDefectReason.Malformed
            : !isCountry ? ListDefectReason.Country
            : !location.IsValid ? ListDefectReason.Location
            : city.Length == 0 ? ListDefectReason.Name
            : ListDefectReason.None;
        return reason == ListDefectReason.None ? new Place(city, country, location) : null;
    }
}
