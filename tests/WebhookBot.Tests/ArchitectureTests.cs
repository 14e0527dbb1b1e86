using System.Reflection;
using System.Text.RegularExpressions;
using WebhookBot.Actions;
using WebhookBot.Facts;
using WebhookBot.Intake;
using WebhookBot.Rules;

namespace WebhookBot.Tests;

/// <summary>Holds the code to the table "Who may use whom", and the families to their registration lists.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Clients"] = [],
        ["Telemetry"] = [],
        ["Journal"] = ["Rules"],
        ["RuleFiles"] = ["Rules", "Clients"],
        ["Intake"] = ["Journal", "Rules", "Clients"],
        ["Facts"] = ["Rules", "Clients", "Journal"],
        ["Deployments"] = ["Rules", "Journal"],
        ["Actions"] = ["Rules", "Journal", "Clients", "Deployments"],
        ["Pipeline"] = ["Rules", "Intake", "Journal", "RuleFiles", "Facts", "Actions"],
        ["Retries"] = ["Rules", "Journal", "Actions", "Clients"],
        ["Schedules"] = ["Rules", "Journal", "Retries", "Recovery"],
        ["Recovery"] = ["Rules", "Journal", "Actions", "Clients", "Intake"],
        ["Chat"] = ["Rules", "Journal", "RuleFiles", "Deployments", "Clients"],
    };

    private static readonly string[] UsesAnything = ["Admin", "Cli"];
    private static readonly string[] StagesWithFamilies = ["Intake", "Actions", "Facts", "Journal"];

    private static readonly Type Operator = typeof(Rule).Assembly.GetType("WebhookBot.Rules.Conditions.Operators.IOperator", throwOnError: true)!;
    private static readonly List<SourceFile> Service = [.. Read("src", "WebhookBot")];
    private static readonly List<SourceFile> Engine = [.. Read("src", "WebhookBot.Rules")];

    [Fact]
    public void Every_folder_has_its_place_in_the_table()
    {
        var folders = Service.Select(f => f.Folder).Where(f => f.Length > 0).Distinct();

        Assert.Equal([], folders.Except(MayUse.Keys).Except(UsesAnything));
    }

    [Fact]
    public void Every_file_has_the_namespace_of_its_folder()
    {
        var elsewhere = from file in Service.Concat(Engine)
                        let expected = string.Join('.', file.Path.Split('/')[..^1])
                        where file.Namespace is not null && file.Namespace != expected
                        select $"{file.Path} is in {file.Namespace}";

        Assert.Equal([], elsewhere);
    }

    [Fact]
    public void Folders_use_only_what_the_table_lets_them()
    {
        var folders = MayUse.Keys.Concat(UsesAnything).ToHashSet();
        var wrong = from file in Service
                    where MayUse.ContainsKey(file.Folder)
                    from used in file.Uses(folders)
                    where used != file.Folder && used != "Telemetry" && !MayUse[file.Folder].Contains(used)
                    select $"{file.Path} uses {used}";

        Assert.Equal([], wrong.Distinct());
    }

    [Fact]
    public void The_engine_uses_nothing_of_the_service()
    {
        var folders = MayUse.Keys.Concat(UsesAnything).ToHashSet();

        Assert.Equal([], Engine.SelectMany(f => f.Uses(folders).Where(u => u != "Rules").Select(u => $"{f.Path} uses {u}")));
        Assert.DoesNotContain(Engine, f => Regex.IsMatch(f.Code, @"\b(File|Directory|HttpClient|TimeProvider|ILogger|IServiceCollection)\b[.(<]"));
    }

    [Fact]
    public void Members_of_a_family_do_not_use_their_siblings()
    {
        var wrong = from file in Service
                    let parts = file.Path.Split('/')
                    where parts.Length > 3 && StagesWithFamilies.Contains(file.Folder)
                    from Match use in Namespaces().Matches(file.Code)
                    let used = use.Value.Split('.')
                    where used.Length > 2 && used[1] == file.Folder && IsFolder(used) && used[2] != parts[2]
                    select $"{file.Path} uses {use.Value}";

        Assert.Equal([], wrong);
    }

    [Fact]
    public void Every_action_stands_in_the_list_of_actions() =>
        AssertListed(Implementations(typeof(IAction)), "src/WebhookBot/Actions/ActionsSetup.cs", name => $"Entry.Of<{name}>({name}.Definition)");

    [Fact]
    public void Every_fact_stands_in_the_list_of_facts() =>
        AssertListed(Implementations(typeof(IFactProvider)), "src/WebhookBot/Facts/FactsSetup.cs", name => $"{name}.FactName", name => $"<IFactProvider, {name}>");

    [Fact]
    public void Every_operator_stands_in_the_list_of_operators() =>
        AssertListed(Implementations(Operator), "src/WebhookBot.Rules/Conditions/Operators/OperatorCatalog.cs", name => $"new {name}(");

    [Fact]
    public void Every_preset_stands_in_the_list_of_presets()
    {
        var families = Service.Where(f => Path.GetDirectoryName(f.Path)!.Replace('\\', '/') == "WebhookBot/Intake/Presets").Select(f => Path.GetFileNameWithoutExtension(f.Path)).ToList();
        var catalog = File.ReadAllText(Repository.PathOf("src", "WebhookBot", "Intake", "PresetCatalog.cs"));

        Assert.All(families, family => Assert.True(catalog.Contains($".. {family}.All,", StringComparison.Ordinal) || catalog.Contains($"{family}.Create(),", StringComparison.Ordinal), family));
        Assert.Equal(PresetCatalog.All.Count, PresetCatalog.Names.Distinct().Count());
    }

    [Fact]
    public void Names_do_not_call_a_stage_by_a_second_word()
    {
        // The one screen that shows the whole product has the name that the architecture gives it.
        var wrong = from file in Service.Concat(Engine)
                    from Match type in TypeNames().Matches(file.Code)
                    let name = type.Groups["name"].Value
                    where name != "DeliveryProcessor" && BannedSuffix().IsMatch(name)
                    select $"{file.Path}: {name}";

        Assert.Equal([], wrong);
    }

    [Fact]
    public void Members_of_a_family_are_named_after_it()
    {
        Assert.All(Implementations(typeof(IAction)), name => Assert.EndsWith("Action", name, StringComparison.Ordinal));
        Assert.All(Implementations(typeof(IFactProvider)), name => Assert.EndsWith("Fact", name, StringComparison.Ordinal));
        Assert.All(Implementations(Operator), name => Assert.EndsWith("Operator", name, StringComparison.Ordinal));
    }

    [Fact]
    public void The_table_of_contents_is_short() =>
        Assert.InRange(File.ReadLines(Repository.PathOf("src", "WebhookBot", "Program.cs")).Count(), 1, 40);

    private static void AssertListed(IEnumerable<string> names, string list, params Func<string, string>[] entries)
    {
        var text = File.ReadAllText(Repository.PathOf(list));
        Assert.NotEmpty(names);
        Assert.Equal([], names.SelectMany(name => entries.Select(entry => entry(name))).Where(entry => !text.Contains(entry, StringComparison.Ordinal)));
    }

    private static List<string> Implementations(Type family) =>
        [.. family.Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(family) && t.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is null).Select(t => t.Name)];

    private static bool IsFolder(string[] name) => Directory.Exists(Repository.PathOf("src", "WebhookBot", name[1], name[2]));

    private static IEnumerable<SourceFile> Read(params string[] folder)
    {
        var root = Repository.PathOf(folder);
        return from path in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
               let relative = Path.GetRelativePath(root, path).Replace('\\', '/')
               where !relative.StartsWith("obj/", StringComparison.Ordinal) && !relative.StartsWith("bin/", StringComparison.Ordinal)
               select new SourceFile($"{folder[^1]}/{relative}", Comments().Replace(File.ReadAllText(path), ""));
    }

    [GeneratedRegex("""//[^\n]*""")]
    private static partial Regex Comments();

    [GeneratedRegex(@"\bWebhookBot(\.[A-Z]\w*)+")]
    private static partial Regex Namespaces();

    [GeneratedRegex(@"(?<![\w.])(?<folder>[A-Z]\w*)\.(?<type>[A-Z]\w*)")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceOf();

    [GeneratedRegex(@"\b(class|struct|record|interface|enum) (?<name>[A-Z]\w*)")]
    private static partial Regex TypeNames();

    [GeneratedRegex("(Processor|Handler|Service|Manager|Helper|Context|Util|Utils|Impl)$")]
    private static partial Regex BannedSuffix();

    private sealed record SourceFile(string Path, string Code)
    {
        /// <summary>The folder right below the project's; empty for the project's own files.</summary>
        public string Folder => Path.Split('/') is { Length: > 2 } parts ? parts[1] : "";

        public string? Namespace => NamespaceOf().Match(Code) is { Success: true } match ? match.Groups["name"].Value : null;

        /// <summary>The stages it names, in usings or in front of a type: <c>Pipeline.DeliveryStory</c>.</summary>
        public IEnumerable<string> Uses(HashSet<string> folders)
        {
            foreach (Match match in Namespaces().Matches(Code))
            {
                yield return match.Value.Split('.')[1];
            }

            foreach (Match match in Qualified().Matches(Code))
            {
                var (folder, type) = (match.Groups["folder"].Value, match.Groups["type"].Value);
                if (folders.Contains(folder) && Service.Any(f => f.Folder == folder && Regex.IsMatch(f.Code, $@"\b(class|struct|record|interface|enum) (struct )?{type}\b")))
                {
                    yield return folder;
                }
            }
        }
    }
}
