using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

/// <summary>An operator of the <c>if</c> table. One file, and one line in <see cref="OperatorCatalog"/>.</summary>
internal interface IOperator
{
    /// <summary>The key in the rule file.</summary>
    string Name { get; }

    /// <summary>One sentence for the reference page: when it holds.</summary>
    string Holds { get; }

    /// <summary>What stands behind it.</summary>
    ValueForm Takes { get; }

    /// <summary>A condition with it.</summary>
    ConditionExample Example { get; }

    /// <summary>Keys that may stand beside it and belong to it.</summary>
    IReadOnlyList<string> Options => [];

    /// <summary>Its test, or null after reporting what is wrong with the operand.</summary>
    ValueTest? Compile(Operand operand);
}

/// <summary>What stands behind an operator in a rule file.</summary>
/// <param name="Value">The operand.</param>
/// <param name="Siblings">The mapping it stands in, for its options.</param>
/// <param name="Tests">Compiles nested values.</param>
/// <param name="Diagnostics">Where mistakes go.</param>
internal sealed record Operand(YamlNode Value, YamlMapping Siblings, ValueTestCompiler Tests, DiagnosticBag Diagnostics)
{
    /// <summary>The operand as a text that is not empty, or null after reporting what it is.</summary>
    public string? Text()
    {
        if (Value is YamlScalar { Kind: not ScalarKind.Null, Text.Length: > 0 } scalar)
        {
            return scalar.Text;
        }

        Diagnostics.WrongKind(Value, Value is YamlScalar { Kind: not ScalarKind.Null } ? "a text that is not empty" : "a text");
        return null;
    }

    /// <summary>The operand as a boolean, or null after reporting what it is.</summary>
    public bool? Boolean() => ReadBoolean(Value);

    /// <summary>The option as a boolean; false when it is not there.</summary>
    public bool BooleanOption(string name) => Siblings[name] is { } node && ReadBoolean(node) == true;

    private bool? ReadBoolean(YamlNode node)
    {
        if (node is YamlScalar { Kind: ScalarKind.Boolean } scalar)
        {
            return scalar.AsBoolean;
        }

        Diagnostics.WrongKind(node, "true or false");
        return null;
    }
}
