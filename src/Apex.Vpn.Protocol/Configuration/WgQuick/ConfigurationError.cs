namespace Apex.Vpn.Protocol.Configuration;

/// <summary>What is wrong with one place of a configuration text.</summary>
/// <param name="Line">The line, counted from 1.</param>
/// <param name="Column">The character in the line, counted from 1.</param>
/// <param name="Reason">What is wrong. It never repeats anything of the text, which may hold secrets.</param>
public readonly record struct ConfigurationError(int Line, int Column, string Reason)
{
    /// <summary>The error as <c>line 3, column 14: reason</c>.</summary>
    public override string ToString() => $"line {Line}, column {Column}: {Reason}";
}
