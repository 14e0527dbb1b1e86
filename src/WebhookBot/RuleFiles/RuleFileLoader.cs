using System.Globalization;
using System.Text;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.RuleFiles;

/// <summary>Finds and reads the rule files of a folder. Test files, in folders named <c>tests</c>, are not among them.</summary>
public static class RuleFileLoader
{
    private const int MostFiles = 2_000;
    private const int MaxDepth = 8;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The rule files below a folder, or the one file.</summary>
    public static IReadOnlyList<string> Find(string path) => [.. All(path).Where(f => !IsTest(path, f)).Take(MostFiles)];

    /// <summary>The test files below a folder.</summary>
    public static IReadOnlyList<string> FindTests(string path) => [.. All(path).Where(f => IsTest(path, f)).Take(MostFiles)];

    /// <summary>Reads files; those that cannot be read are reported.</summary>
    public static (IReadOnlyList<RuleFile> Files, IReadOnlyList<Diagnostic> Diagnostics) Read(string root, IReadOnlyList<string> paths)
    {
        var files = new List<RuleFile>();
        var diagnostics = new List<Diagnostic>();
        foreach (var path in paths)
        {
            var problem = ReadOne(root, path, out var text);
            if (problem is null)
            {
                files.Add(new RuleFile(Shown(path), text));
            }
            else
            {
                diagnostics.Add(new Diagnostic(new SourcePosition(Shown(path), 1, 1), Severity.Error, DiagnosticCode.FileUnreadable, problem));
            }
        }

        return (files, diagnostics);
    }

    /// <summary>Reads the texts that rule files name, from below the folder.</summary>
    public static TextFileReader TextsOf(string root) => (ruleFile, name) =>
    {
        var folder = Path.GetFullPath(Directory.Exists(root) ? root : Path.GetDirectoryName(Path.GetFullPath(root))!);
        var path = name.Length == 0 || name.Contains('\0', StringComparison.Ordinal) ? folder : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(ruleFile))!, name));
        if (Path.IsPathRooted(name) || !path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal))
        {
            return (null, "the name of the text leads out of the rules folder; put the file below it");
        }

        if (!File.Exists(path))
        {
            return (null, $"there is no such file beside the rule file{Suggestion.For(Path.GetFileName(path), Neighbours(path))}");
        }

        return ReadOne(root, path, out var text) is { } problem ? (null, problem) : (new RuleFile(Shown(Path.GetRelativePath(Directory.GetCurrentDirectory(), path)), text), null);
    };

    private static IEnumerable<string> Neighbours(string path) =>
        Path.GetDirectoryName(path) is { } folder && Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Take(MostFiles).Select(f => Path.GetFileName(f)) : [];

    /// <summary>Everything below a folder that rule sets can be made of: rule files and the texts beside them.</summary>
    public static IReadOnlyList<string> FindAll(string path) => [.. Below(path).Where(f => !IsTest(path, f)).Take(MostFiles)];

    /// <summary>What differs when a file, or the file that a link leads to, has changed.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static string Fingerprint(string path)
    {
        var file = Final(path);
        return file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.FullName} {file.LastWriteTimeUtc.Ticks} {file.Length}") : "gone";
    }

    private static FileInfo Final(string path)
    {
        var file = new FileInfo(path);
        return file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
    }

    private static string? ReadOne(string root, string path, out string text)
    {
        text = "";
        try
        {
            if (Directory.Exists(path))
            {
                return "the folder cannot be looked into; let the bot's user read it";
            }

            if (LeavesRoot(root, path))
            {
                return "this link leads out of the rules folder; put the file itself there";
            }

            var length = Final(path).Length;
            if (length > 8 * 256 * 1024)
            {
                return "the file is larger than 256 KB; split it";
            }

            // A pipe is as long as nothing, and whoever reads it waits for somebody to write.
            if (length == 0)
            {
                return null;
            }

            text = Strict.GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
            return null;
        }
        catch (DecoderFallbackException)
        {
            return "the file is not UTF-8; save it as UTF-8";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the file cannot be read: {e.Message}";
        }
    }

    private static bool LeavesRoot(string root, string path)
    {
        var folder = Path.GetFullPath(Directory.Exists(root) ? root : Path.GetDirectoryName(Path.GetFullPath(root))!);
        string[] roots = [folder, Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder];
        var at = folder;
        foreach (var part in Path.GetRelativePath(folder, path).Split('/'))
        {
            at = Path.Combine(at, part);
            if (File.ResolveLinkTarget(at, returnFinalTarget: true)?.FullName is { } target && !roots.Any(r => target.StartsWith(r.TrimEnd('/') + "/", StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<string> All(string path) => Below(path).Where(f => f == path || Path.GetExtension(f) is ".yml" or ".yaml" || Directory.Exists(f));

    private static IEnumerable<string> Below(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        return In(path, MaxDepth).Order(StringComparer.Ordinal);
    }

    // A folder that cannot be looked into stands for all that may be in it, and is told of as a file is that cannot be read.
    private static IEnumerable<string> In(string folder, int depth)
    {
        string[] files, folders;
        try
        {
            (files, folders) = (Directory.GetFiles(folder), Directory.GetDirectories(folder));
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [folder];
        }

        return files.Concat(depth == 0 ? [] : folders.Where(IsShown).SelectMany(f => In(f, depth - 1))).Where(IsShown);
    }

    private static bool IsShown(string path) => !Path.GetFileName(path).StartsWith('.');

    private static bool IsTest(string root, string file) =>
        !File.Exists(root) && Path.GetRelativePath(root, file).Split('/').SkipLast(Directory.Exists(file) ? 0 : 1).Contains("tests");

    private static string Shown(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
}
