using Apex.Vpn.Samples.ControlPlane;

namespace Apex.Vpn.ControlPlane.Tests;

/// <summary>A folder in which the program's commands are run.</summary>
public sealed class Shell : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("apex-control-plane-");

    public void Dispose() => _folder.Delete(recursive: true);

    internal string this[string file] => Path.Combine(_folder.FullName, file);

    /// <summary>Runs a command; words that begin with <c>@</c> are files of the folder.</summary>
    internal async Task<Result> RunAsync(params string[] words)
    {
        using StringWriter output = new(), error = new();
        string[] arguments = [.. words.Select(word => word.StartsWith('@') ? this[word[1..]] : word)];
        int code = await ControlPlaneProgram.RunAsync(arguments, output, error);
        return new Result(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command that must succeed.</summary>
    internal async Task<string> DoAsync(params string[] words)
    {
        Result result = await RunAsync(words);
        Assert.Equal(new Result(0, result.Output, ""), result);
        return result.Output;
    }

    /// <summary>Has the root of <c>root.pem</c> certify a key.</summary>
    internal Task<string> CertifyAsync(string name, params string[] more) =>
        DoAsync(["keys", "certify", "--root", "@root.pem", "--online", $"@{name}.pem", "--out", $"@{name}.apxc", .. more]);

    /// <summary>Whether nobody but its owner can read or write a file; told of on Unix alone.</summary>
    internal bool IsPrivate(string file) =>
        OperatingSystem.IsWindows() || File.GetUnixFileMode(this[file]) == (UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>The value of a line <c>name: value</c>.</summary>
    internal static string Value(string output, string name) =>
        output.Split('\n').Single(line => line.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..].Trim();

    internal sealed record Result(int Code, string Output, string Error);
}
