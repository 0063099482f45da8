using System.Data.Common;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>The row that a reader stands on, by the types that columns have.</summary>
internal readonly struct Row(DbDataReader reader)
{
    internal long Number(int column) => reader.GetInt64(column);

    internal bool IsNull(int column) => reader.IsDBNull(column);

    internal string Text(int column) => reader.GetString(column);

    internal string? TextOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    internal byte[] Bytes(int column) => (byte[])reader.GetValue(column);

    internal Guid Id(int column) => Guid.ParseExact(reader.GetString(column), "D");

    internal DateTimeOffset Time(int column) => DatabaseTime.FromMicroseconds(reader.GetInt64(column));

    internal DateTimeOffset? TimeOrNull(int column) => reader.IsDBNull(column) ? null : Time(column);

    /// <summary>An enum's value by its name; its default, which stands for unknown, when this build has no such name.</summary>
    internal T Value<T>(int column)
        where T : struct, Enum =>
        Enum.TryParse(reader.GetString(column), out T value) && Enum.IsDefined(value) ? value : default;
}
