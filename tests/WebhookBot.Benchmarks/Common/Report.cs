using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace WebhookBot.Benchmarks.Common;

/// <summary>One measurement as Markdown: to standard output, and into the document between its two markers.</summary>
internal sealed class Report(string section, BenchmarkOptions options)
{
    private readonly StringBuilder _text = new();

    /// <summary>What a person watching is told.</summary>
    public static void Progress(string line) => Console.Error.WriteLine($"{DateTime.Now:HH:mm:ss} {line}");

    public static string Number(double value) => value switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F1", CultureInfo.InvariantCulture),
        _ => value.ToString("F2", CultureInfo.InvariantCulture),
    };

    public void Line(string text) => _text.Append(text).Append('\n');

    public void Header(params string[] columns)
    {
        Row(columns);
        Line($"|{string.Concat(columns.Select((_, i) => i == 0 ? "---|" : "---:|"))}");
    }

    public void Row(params string[] cells) => Line($"| {string.Join(" | ", cells)} |");

    /// <summary>Prints it, and writes it into the document when that was asked for.</summary>
    public void Finish()
    {
        var text = $"""
            {_text}
            Measured {DateTime.UtcNow:yyyy-MM-dd} on {Machine()} with
            `dotnet run -c Release --project tests/WebhookBot.Benchmarks -- {section}{options.Flags}`.

            """;
        Console.Out.WriteLine(text);
        if (options.IsWritten)
        {
            Write(text);
        }
    }

    private static string Machine() =>
        $"{Environment.ProcessorCount} {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()} cores, {RuntimeInformation.FrameworkDescription}";

    private void Write(string text)
    {
        var path = Path.Combine(Checkout.Root(), "docs", "benchmarks.md");
        var document = File.ReadAllText(path);
        var (open, close) = ($"<!-- measured: {section} -->\n", $"<!-- end: {section} -->");
        var from = document.IndexOf(open, StringComparison.Ordinal) + open.Length;
        var to = document.IndexOf(close, StringComparison.Ordinal);
        if (from < open.Length || to < from)
        {
            throw new InvalidDataException($"{path} has no '{open.Trim()}' followed by '{close}'");
        }

        File.WriteAllText(path, $"{document[..from]}\n{text}\n{document[to..]}");
    }
}
