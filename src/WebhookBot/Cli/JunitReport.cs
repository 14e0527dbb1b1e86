using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Cli;

/// <summary>What came of the tests as JUnit's XML, as CI systems read it: https://github.com/testmoapp/junitxml.</summary>
internal static class JunitReport
{
    /// <summary>A suite a file; a test with a mistake has an error instead of a failure, and a mistake outside of the tests is a case of its own.</summary>
    public static XDocument Of(TestRun run)
    {
        var cases = run.Tests.Select(t => (t.Result.Test.Position.File, Element: Case(t.Result.Test.Name, t.Result.Test.Position, t.Took, Problem(t.Result))))
            .Concat(run.Diagnostics.Select(d => (d.Position.File, Element: Case($"{d.Position} {d.Code}", d.Position, TimeSpan.Zero, Error(d, d.ToString())))));
        var suites = cases.GroupBy(c => c.File, c => c.Element, StringComparer.Ordinal)
            .Select(file => new XElement("testsuite", new XAttribute("name", Safe(file.Key)), Counts(file), Started(run), file))
            .ToList();
        return new XDocument(new XElement("testsuites", new XAttribute("name", "webhookbot test"), Counts(suites.Elements()), Started(run), suites));
    }

    /// <summary>Writes it. Why it could not be written, or null.</summary>
    public static string? Write(TestRun run, string file)
    {
        try
        {
            using var writer = XmlWriter.Create(file, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) });
            Of(run).Save(writer);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"{file} cannot be written: {e.Message}";
        }
    }

    private static XElement Case(string name, SourcePosition at, TimeSpan took, XElement? problem) => new("testcase",
        new XAttribute("name", Safe(name)),
        new XAttribute("classname", Safe(at.File)),
        new XAttribute("file", Safe(at.File)),
        new XAttribute("line", at.Line),
        Seconds(took),
        problem);

    private static XElement? Problem(RuleTestResult result) =>
        result.Test.Mistakes is [var first, ..] ? Error(first, string.Join('\n', result.Failures)) : Failure(result.Failures);

    private static XElement? Failure(IReadOnlyList<string> lines) => lines.Count == 0 ? null : new XElement("failure",
        new XAttribute("message", Safe(lines[0])),
        new XAttribute("type", "difference"),
        Safe(string.Join('\n', lines)));

    private static XElement Error(Diagnostic diagnostic, string text) => new("error",
        new XAttribute("message", Safe(diagnostic.Message)),
        new XAttribute("type", diagnostic.Code),
        Safe(text));

    private static object[] Counts(IEnumerable<XElement> cases)
    {
        var all = cases.ToList();
        return
        [
            new XAttribute("tests", all.Count),
            new XAttribute("failures", all.Elements("failure").Count()),
            new XAttribute("errors", all.Elements("error").Count()),
            new XAttribute("skipped", 0),
            Seconds(TimeSpan.FromSeconds(all.Sum(c => (double)c.Attribute("time")!))),
        ];
    }

    private static XAttribute Seconds(TimeSpan time) => new("time", time.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture));

    private static XAttribute Started(TestRun run) => new("timestamp", run.Started.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));

    // What XML 1.0 has no way to write, escaped or not: https://www.w3.org/TR/xml/#charsets
    private static string Safe(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var isXml = !rune.IsBmp || XmlConvert.IsXmlChar((char)rune.Value);
            safe.Append((isXml ? rune : Rune.ReplacementChar).ToString());
        }

        return safe.ToString();
    }
}
