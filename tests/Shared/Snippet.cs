namespace Apex.Vpn.Testing;

/// <summary>Code shown in a README, and the same code in a test that compiles and runs it.</summary>
public static class Snippet
{
    /// <summary>A C# block of a Markdown file: the first one, or one further on.</summary>
    public static string FromMarkdown(string path, int index = 0)
    {
        string[] lines = File.ReadAllLines(path);
        int start = 0;
        for (int block = 0; block <= index; block++)
        {
            start = Array.IndexOf(lines, "```csharp", start) + 1;
            if (start == 0) throw new InvalidDataException($"{path} has no C# block {block}.");
        }
        int end = Array.IndexOf(lines, "```", start);
        return Normalize(lines[start..end]);
    }

    /// <summary>What stands in a source file between the lines <c>// snippet: NAME</c> and <c>// end of snippet</c>.</summary>
    public static string FromSource(string path, string name)
    {
        string[] lines = File.ReadAllLines(path);
        int start = Array.FindIndex(lines, line => line.Trim() == "// snippet: " + name) + 1;
        if (start == 0) throw new InvalidDataException($"{path} has no snippet {name}.");
        int end = Array.FindIndex(lines, start, static line => line.Trim() == "// end of snippet");
        return Normalize(lines[start..end]);
    }

    private static string Normalize(string[] lines)
    {
        int indentation = lines.Where(static line => line.Trim().Length > 0).Min(static line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length < indentation ? "" : line[indentation..].TrimEnd()));
    }
}
