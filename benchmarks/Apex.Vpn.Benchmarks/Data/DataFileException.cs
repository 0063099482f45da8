namespace Apex.Vpn.Benchmarks.Data;

/// <summary>A file that a command was given is not there, or is not what it should be. The message says which, where and why.</summary>
internal sealed class DataFileException : Exception
{
    internal DataFileException(string path, string reason)
        : base($"{path}: {reason}")
    {
    }

    internal DataFileException(string path, int line, string reason)
        : base($"{path}, line {line}: {reason}")
    {
    }
}
