using System.CommandLine;
using System.Text.Json.Nodes;
using WebhookBot.RuleFiles;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot check</c>: every mistake of the rule files, in one go.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("path") { Description = "Folders or files of rules", DefaultValueFactory = _ => ["rules"], Arity = ArgumentArity.ZeroOrMore };
        var format = new Option<string>("--format") { Description = "text, json or github (annotations)", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json", "github");
        var command = new Command("check", """
            Checks rule files and tells every mistake, with its place and, where there is one, the mend.

            Exit codes: 0 clean or warnings only, 1 errors, 2 bad usage.
            Colours are for terminals; NO_COLOR=1 takes them away.
            """) { paths, format };
        command.SetAction(parsed => Check(parsed.GetValue(paths)!, parsed.GetValue(format)!));
        return command;
    }

    private static int Check(string[] paths, string format)
    {
        if (Load(paths, out var compilation, out var files) is { } missing)
        {
            Console.Error.WriteLine(missing);
            return 2;
        }

        switch (format)
        {
            case "json":
                Console.WriteLine(new JsonArray([.. compilation.Diagnostics.Select(Admin.RuleEndpoints.Describe)]).ToJsonString(Admin.ApiJson.Options));
                break;
            case "github":
                WriteLines(compilation.Diagnostics.Select(ToAnnotation));
                break;
            default:
                WriteLines(Describe(compilation, files, Paint.Out));
                Summarise(compilation);
                break;
        }

        return compilation.Diagnostics.Any(d => d.Severity == Severity.Error) ? 1 : 0;
    }

    /// <summary>Compiles the rule files of those folders and files. Why there is nothing to compile, or null.</summary>
    public static string? Load(string[] paths, out Rules.Compilation.Compilation compilation) => Load(paths, out compilation, out _);

    private static string? Load(string[] paths, out Rules.Compilation.Compilation compilation, out List<RuleFile> files)
    {
        (compilation, files) = (new(null, []), []);
        if (paths.FirstOrDefault(p => !Directory.Exists(p) && !File.Exists(p)) is { } missing)
        {
            return $"There is no file or folder '{missing}'.";
        }

        var unreadable = new List<Diagnostic>();
        foreach (var path in paths)
        {
            var read = RuleFileLoader.Read(path, RuleFileLoader.Find(path));
            files.AddRange(read.Files);
            unreadable.AddRange(read.Diagnostics);
        }

        var compiled = new RuleCompiler(BotHost.Vocabulary).Compile(files.DistinctBy(f => f.Path), TextsOf(paths), TimeProvider.System.GetUtcNow());
        compilation = unreadable.Count == 0 ? compiled : new(null, [.. unreadable, .. compiled.Diagnostics]);
        return null;
    }

    // A text is looked for in the folder that its rule file was found in.
    private static TextFileReader TextsOf(string[] paths) => (ruleFile, name) =>
    {
        var full = Path.GetFullPath(ruleFile);
        var root = paths.FirstOrDefault(p => full.StartsWith(Path.GetFullPath(p).TrimEnd('/') + "/", StringComparison.Ordinal)) ?? ruleFile;
        return RuleFileLoader.TextsOf(root)(ruleFile, name);
    };

    /// <summary>One line a diagnostic, and a count, on standard error: for verbs that need a rule set and get none.</summary>
    public static int Refuse(Rules.Compilation.Compilation compilation)
    {
        foreach (var diagnostic in compilation.Diagnostics)
        {
            Console.Error.WriteLine(diagnostic);
        }

        Console.Error.WriteLine("The rule files have errors.");
        return 1;
    }

    private static IEnumerable<string> Describe(Rules.Compilation.Compilation compilation, List<RuleFile> files, Paint paint)
    {
        var excerpts = new SourceExcerpts(compilation, files, ExcerptWidth());
        foreach (var diagnostic in compilation.Diagnostics)
        {
            Func<string, string> colour = diagnostic.Severity == Severity.Error ? paint.Red : paint.Yellow;
            var (line, place) = (diagnostic.ToString(), ExplanationText.Harmless($"{diagnostic.Position}: "));
            yield return place + colour(line[place.Length..]);
            if (excerpts.Of(diagnostic.Position) is var (source, caret))
            {
                yield return source;
                yield return caret[..^1] + colour(caret[^1..]);
            }
        }
    }

    // A terminal is as wide as it is; what is kept in a log is read on another.
    private static int ExcerptWidth() => Console.IsOutputRedirected || Console.WindowWidth <= 40 ? 110 : Console.WindowWidth - 12;

    private static void WriteLines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }
    }

    private static void Summarise(Rules.Compilation.Compilation compilation)
    {
        var errors = compilation.Diagnostics.Count(d => d.Severity == Severity.Error);
        var warnings = compilation.Diagnostics.Count - errors;
        var good = compilation.RuleSet is { } set ? $"{Counted.Of(set.Rules.Count, "rule")} and {Counted.Of(set.Sources.Count, "source")} in {Counted.Of(set.Files.Count, "file")}" : "no rule set";
        Console.WriteLine(errors + warnings == 0 ? $"{good}: no mistakes" : $"{good}: {Counted.Of(errors, "error")}, {Counted.Of(warnings, "warning")}");
    }

    // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
    private static string ToAnnotation(Diagnostic diagnostic)
    {
        var (file, line, column) = diagnostic.Position;
        return $"::{Admin.ApiJson.Name(diagnostic.Severity)} file={Property(file)},line={line},col={column},title={diagnostic.Code}::{Data(diagnostic.Message)}";
    }

    private static string Data(string text) =>
        text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
