namespace Apex.Vpn.Protocol.Configuration;

/// <summary>What a <see cref="UapiLineReader"/> found.</summary>
internal enum UapiLine
{
    /// <summary>A line; its text is in <see cref="UapiLineReader.Text"/>.</summary>
    Text,

    /// <summary>A line that was longer than the limit, and was skipped.</summary>
    TooLong,

    /// <summary>The end of the stream. What stood behind the last line end, if anything, is no line.</summary>
    End,
}
