namespace Apex.Vpn.Routing.Directory.Wire;

/// <summary>The body of a status: the list, sequence, times, and three bytes for each server of the list.</summary>
internal static class StatusBody
{
    private const int EntrySize = 3;
    private const double Steps = byte.MaxValue;

    internal static DirectoryVerdict Read(
        ReadOnlySpan<byte> body, ServerList list, uint generation, ListDigest digest, out StatusSnapshot? status)
    {
        status = null;
        var reader = new WireReader(body);
        ReadOnlySpan<byte> of = reader.Bytes(ListDigest.Size);
        long sequence = reader.Count();
        DateTimeOffset issued = reader.Time(), notAfter = reader.Time();
        int count = reader.Number(DirectoryLimits.Servers);
        int size = reader.Byte();
        if (reader.Failed || notAfter < issued || notAfter - issued > DirectoryLimits.StatusLifetime) return DirectoryVerdict.Malformed;
        if (size is < EntrySize or > DirectoryLimits.StatusEntrySize) return DirectoryVerdict.Malformed;
        ReadOnlySpan<byte> entries = reader.Bytes(count * size);
        if (reader.Failed) return DirectoryVerdict.Malformed;
        var speaksOf = new ListDigest(of);
        if (speaksOf != list.Digest) return DirectoryVerdict.OtherList;
        if (count != list.EntryCount) return DirectoryVerdict.Malformed;

        var servers = new ServerStatus[list.Servers.Count];
        for (int i = 0; i < count; i++)
        {
            // What an entry has beyond these three bytes, and what follows the entries, is of a newer minor version.
            ReadOnlySpan<byte> entry = entries.Slice(i * size, size);
            if (list.IndexOfEntry(i) is >= 0 and int index)
                servers[index] = new ServerStatus((ServerStates)entry[0], entry[1] / Steps, entry[2] / Steps);
        }
        status = new StatusSnapshot
        {
            Sequence = sequence,
            Issued = issued,
            NotAfter = notAfter,
            Servers = servers,
            List = speaksOf,
            Generation = generation,
            Digest = digest,
        };
        return DirectoryVerdict.Accepted;
    }

    internal static byte[] Write(ServerList list, StatusSnapshot status)
    {
        var writer = new WireWriter();
        Span<byte> digest = stackalloc byte[ListDigest.Size];
        list.Digest.CopyTo(digest);
        writer.Bytes(digest);
        writer.Int64(status.Sequence);
        writer.Time(status.Issued);
        writer.Time(status.NotAfter);
        writer.Varint((ulong)list.EntryCount);
        writer.Byte(EntrySize);
        for (int i = 0; i < list.EntryCount; i++)
        {
            ServerStatus server = list.IndexOfEntry(i) is >= 0 and int index ? status.Servers[index] : default;
            writer.Byte((byte)server.States);
            writer.Byte(Step(server.Load));
            writer.Byte(Step(server.Weight));
        }
        return writer.Written.ToArray();
    }

    private static byte Step(double share) => (byte)Math.Round(Math.Clamp(share, 0, 1) * Steps);
}
